import assert from "node:assert/strict";
import { test } from "node:test";
import { unknownSettings } from "./unknown-settings.ts";

test("settings that nobody reads are found; those of Kafka Connect that mean nothing here are known", () => {
  const props = {
    "bootstrap.servers": "a:1",
    "group.id": "g",
    "offset.storage.topic": "o",
    "offset.storage.min.insync.replicas": "2",
    "producer.linger.ms": "5",
    "security.protocol": "SSL",
    "ssl.truststore.location": "t",
    "value.converter.schemas.enable": "false",
    "plugin.discovery": "service_load",
    "inter.worker.key.ttl.ms": "1",
    "config.providers": "file",
    "config.providers.file.class": "FileConfigProvider",
    "offset.flush.intervall.ms": "10",
    listener: "http://:1",
  };

  assert.deepEqual(unknownSettings(props), ["offset.flush.intervall.ms", "listener"]);
});
