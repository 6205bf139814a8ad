import { fullMatch } from "#connect-api";
import type { RawConfig } from "../herder/herder.ts";
import type { CheckedConfig } from "./checked-config.ts";
import { listOf } from "./alias-keys.ts";

/**
 * Which topics a sink consumes, that its dead letters do not come back to it, and that its consumer group is
 * not the worker's.
 *
 * Source: org.apache.kafka.connect.runtime.SinkConnectorConfig.validate,
 * DistributedHerder.validateSinkConnectorGroupId.
 */
export function checkSink(config: RawConfig, checked: CheckedConfig, workerGroup: string): void {
  checkTopics(config, checked);
  checkGroup(config, checked, workerGroup);
}

function checkTopics(config: RawConfig, checked: CheckedConfig): void {
  const text = config["topics"] ?? "";
  const pattern = config["topics.regex"] ?? "";
  const [hasTopics, hasPattern] = [text.trim() !== "", pattern.trim() !== ""];
  const both = (message: string): void => {
    checked.addError("topics", text, message);
    checked.addError("topics.regex", pattern, message);
  };
  if (hasTopics && hasPattern) {
    both("topics and topics.regex are mutually exclusive options, but both are set.");
  }
  if (!hasTopics && !hasPattern) both("Must configure one of topics or topics.regex");
  const queue = config["errors.deadletterqueue.topic.name"]?.trim() ?? "";
  if (queue === "") return;
  const topics = [...new Set(listOf(text))].filter((topic) => topic !== "");
  if (topics.includes(queue)) {
    const message = `The DLQ topic '${queue}' may not be included in the list of topics ('topics=[${topics.join(", ")}]') consumed by the connector`;
    checked.addError("topics", text, message);
  }
  if (hasPattern && isMatch(pattern, queue)) {
    const message = `The DLQ topic '${queue}' may not be matched by the regex for the topics ('topics.regex=${pattern}') consumed by the connector`;
    checked.addError("topics.regex", pattern, message);
  }
}

function isMatch(pattern: string, text: string): boolean {
  try {
    return fullMatch(pattern).test(text);
  } catch {
    // The pattern's own error is reported on its key.
    return false;
  }
}

function checkGroup(config: RawConfig, checked: CheckedConfig, workerGroup: string): void {
  const key = "consumer.override.group.id";
  const group = config[key];
  if (group !== undefined && group !== null) {
    const value = checked.define(key, group);
    if (group !== workerGroup) return;
    value.errors.push(`Consumer group ${group} conflicts with Connect worker group ${workerGroup}`);
    return;
  }
  const name = String(checked.get("name")?.value);
  if (`connect-${name}` !== workerGroup) return;
  const message = `Consumer group for sink connector named ${name} conflicts with Connect worker group ${workerGroup}`;
  checked.addError("name", name, message);
}
