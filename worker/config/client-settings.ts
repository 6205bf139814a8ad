import type { ConfigKey, ConfigKeys, ConfigType } from "#connect-api";
import settings from "./client-settings.json" with { type: "json" };

interface ClientSetting {
  readonly name: string;
  readonly type: ConfigType;
  readonly importance: ConfigKey["importance"];
  readonly default: string | null;
  readonly clients: readonly string[];
}

/**
 * The settings of Kafka's clients, as Apache Kafka Connect 4.1.1 names them in its report on overrides. A
 * worker knows them so that a wrong number is told and a password is hidden; which of them have an effect is
 * the broker's affair.
 */
export function clientKeys(client: string): ConfigKeys {
  const own = (settings as readonly ClientSetting[]).filter((each) =>
    each.clients.includes(client),
  );
  return Object.fromEntries(own.map((setting) => [setting.name, keyOf(setting, client)]));
}

function keyOf(
  { name, type, importance, default: text }: ClientSetting,
  client: string,
): ConfigKey {
  return {
    type,
    importance,
    default: text,
    documentation: `${name} of Kafka's ${client}; see the documentation of Apache Kafka.`,
  };
}
