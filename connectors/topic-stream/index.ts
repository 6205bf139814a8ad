import type { PluginManifest } from "#connect-api";
import { TransformingTopicStreamConnector } from "./connector.ts";

export default {
  connectors: { TopicStreamConnector: TransformingTopicStreamConnector },
} satisfies PluginManifest;
