import { ConfigError } from "#connect-api";
import type { ResponseRule } from "./resource.ts";

const ACTIONS = ["set", "add", "setDate", "addDate"] as const;
type Action = (typeof ACTIONS)[number];

interface HeaderRule {
  readonly action: Action;
  readonly name: string;
  readonly value: string;
}

/**
 * Adds the headers of `response.http.headers.config` to every answer; undefined when there are none.
 *
 * Throws ConfigError for what is no rule. Source: org.eclipse.jetty.ee10.servlets.HeaderFilter,
 * RestServerConfig.validateHttpResponseHeaderConfig.
 */
export function headersRule(config: string): ResponseRule | undefined {
  const rules = headerRules(config);
  if (rules.length === 0) return undefined;
  return (app) => {
    app.addHook("onRequest", async (_request, reply) => {
      const now = Date.now();
      for (const { action, name, value } of rules) {
        const text = action.endsWith("Date") ? new Date(now + Number(value)).toUTCString() : value;
        const before = action.startsWith("add") ? reply.getHeader(name) : undefined;
        const earlier = before === undefined ? [] : [before].flat().map(String);
        reply.removeHeader(name);
        void reply.header(name, earlier.length === 0 ? text : [...earlier, text]);
      }
    });
  };
}

/** Rules are separated by commas; one that has a comma itself stands in double quotes. */
export function headerRules(config: string): readonly HeaderRule[] {
  const parts = config.match(/"[^"]*"|[^",]+/g) ?? [];
  return parts
    .map((part) => part.trim().replaceAll(/^"|"$/g, "").trim())
    .filter((part) => part !== "")
    .map(ruleOf);
}

function ruleOf(text: string): HeaderRule {
  const [, word, header] = /^(\S+)\s+(.*)$/s.exec(text) ?? [];
  if (word === undefined || header === undefined) {
    throw invalid(
      `Invalid format of header config '${text}'. Expected: '[action] [header name]:[header value]'`,
    );
  }
  const action = ACTIONS.find((each) => each.toLowerCase() === word.toLowerCase());
  if (!action) {
    throw invalid(
      `Invalid header config action: '${word}'. Expected one of [${ACTIONS.join(", ")}]`,
    );
  }
  const [, name, value] = /^([^:]*):([^:]*)$/s.exec(header) ?? [];
  if (name === undefined || value === undefined) {
    throw invalid(
      `Invalid format of header name and header value pair '${header}'. Expected: '[header name]:[header value]'`,
    );
  }
  if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name.trim())) {
    throw invalid(
      `Invalid header name '${name.trim()}'. The '[header name]' cannot contain whitespace`,
    );
  }
  if (action.endsWith("Date") && !Number.isFinite(Number(value))) {
    throw invalid(`Invalid header value '${value.trim()}': ${action} takes milliseconds`);
  }
  return { action, name: name.trim(), value: value.trim() };
}

function invalid(message: string): ConfigError {
  return new ConfigError("CONFIG_INVALID", message, { key: "response.http.headers.config" });
}
