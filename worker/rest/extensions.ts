import { ConfigError } from "#connect-api";
import type { Props } from "#connect-api";
import { basicAuthRule } from "./basic-auth.ts";
import type { ResponseRule } from "./resource.ts";

const BASIC_AUTH =
  "org.apache.kafka.connect.rest.basic.auth.extension.BasicAuthSecurityRestExtension";

/**
 * The extensions of `rest.extension.classes`, by full or simple name. They hold for admin listeners too; in
 * Kafka these stay open.
 *
 * Throws ConfigError for one that there is not: a worker must not start without the protection it was to have.
 */
export function extensionRules(classes: readonly string[], props: Props): readonly ResponseRule[] {
  return classes
    .filter((name) => name !== "")
    .map((name) => {
      if (name === BASIC_AUTH || BASIC_AUTH.endsWith(`.${name}`)) {
        return basicAuthRule(jaasFileOf(props));
      }
      throw new ConfigError(
        "CONFIG_INVALID",
        `Invalid value ${name} for configuration rest.extension.classes: Class ${name} could not be found.`,
        { key: "rest.extension.classes" },
      );
    });
}

/** In the worker's file, or where a Java worker has it. */
function jaasFileOf(props: Props): string | undefined {
  const key = "java.security.auth.login.config";
  const inOptions = new RegExp(`-D${key.replaceAll(".", "\\.")}=(\\S+)`);
  return props[key] ?? inOptions.exec(process.env["KAFKA_OPTS"] ?? "")?.[1];
}
