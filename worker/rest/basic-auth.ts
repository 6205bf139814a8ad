import { createHash, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { parse as parseProperties } from "dot-properties";
import { ConfigError } from "#connect-api";
import type { ResponseRule } from "./resource.ts";

/** Requests of other workers; they carry signatures instead. */
const INTERNAL = [
  { method: "POST", path: /^\/connectors\/[^/]+\/tasks\/?$/ },
  { method: "PUT", path: /^\/connectors\/[^/]+\/fence\/?$/ },
] as const;

const REFUSED = "User cannot access the resource.";

/**
 * HTTP Basic authentication against a properties file of users and passwords, which a JAAS login section
 * `KafkaConnect` with a PropertyFileLoginModule names. The file is read once. An empty one lets everybody in,
 * as in Kafka.
 *
 * Throws ConfigError when section or file is not there.
 * Source: org.apache.kafka.connect.rest.basic.auth.extension.
 */
export function basicAuthRule(jaasFile: string | undefined): ResponseRule {
  const users = usersOf(jaasFile);
  return (app) => {
    app.addHook("onRequest", async (request, reply) => {
      const path = request.url.split("?")[0] ?? "";
      if (INTERNAL.some((each) => each.method === request.method && each.path.test(path))) return;
      if (users.size === 0 || isUser(users, request.headers.authorization)) return;
      await reply
        .status(401)
        .header("www-authenticate", 'Basic realm="KafkaConnect"')
        .type("text/plain")
        .send(REFUSED);
    });
  };
}

function isUser(users: ReadonlyMap<string, string>, authorization: string | undefined): boolean {
  const [, encoded] = /^basic (.*)$/i.exec(authorization ?? "") ?? [];
  if (encoded === undefined) return false;
  const credentials = Buffer.from(encoded, "base64").toString("utf8");
  const colon = credentials.indexOf(":");
  const password = users.get(credentials.slice(0, Math.max(colon, 0)));
  const given = credentials.slice(colon + 1);
  // The comparison takes the same time for every password of every length.
  return timingSafeEqual(digest(given), digest(password ?? "")) && password !== undefined;
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

function usersOf(jaasFile: string | undefined): ReadonlyMap<string, string> {
  if (jaasFile === undefined) {
    throw missing(
      "Basic authentication needs java.security.auth.login.config: the path of a JAAS file with a section KafkaConnect",
    );
  }
  const text = textOf(jaasFile).replaceAll(/\/\*[^]*?\*\/|^[ \t]*(?:\/\/|#).*$/gm, "");
  const section = /(?:^|\s)KafkaConnect\s*\{([^}]*)\}/.exec(text)?.[1];
  const file = /PropertyFileLoginModule\b[^;]*\bfile\s*=\s*"([^"]*)"/.exec(section ?? "")?.[1];
  if (file === undefined) {
    throw missing(
      `The JAAS file ${jaasFile} has no section KafkaConnect with a PropertyFileLoginModule and its file`,
    );
  }
  return new Map(Object.entries(parseProperties(textOf(file)) as Record<string, string>));
}

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const message = `The file ${file} of the authentication cannot be read`;
    throw new ConfigError("CONFIG_UNREADABLE", message, { cause });
  }
}

function missing(message: string): ConfigError {
  return new ConfigError("CONFIG_MISSING", message, { key: "rest.extension.classes" });
}
