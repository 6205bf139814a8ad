export { murmur2, partitionOf } from "./murmur2.ts";
