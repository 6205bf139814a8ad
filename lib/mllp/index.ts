export { END_BLOCK, FrameDecoder, START_BLOCK } from "./frame-decoder.ts";
export type { FrameDecoderOptions, MllpEvent } from "./frame-decoder.ts";
export { encodeFrame } from "./encode-frame.ts";
