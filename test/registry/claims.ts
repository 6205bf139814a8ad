import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

/** Where a server is known to do otherwise than Confluent's. */
export interface Deviations {
  /** Codes that differ, by name of the case. */
  readonly codes?: Readonly<Record<string, number>>;
  /** Claims that do not hold there, and what it does instead. They are run, and have to fail. */
  readonly claims?: Readonly<Record<string, string>>;
}

export interface Claim {
  readonly name: string;
  run(api: RegistryApi): Promise<void>;
}

export interface ApiResult {
  readonly status: number;
  readonly body: unknown;
  readonly type: string;
}

/** Requests to one server, on subjects of their own. */
export class RegistryApi {
  readonly #url: string;
  readonly #codes: Readonly<Record<string, number>>;

  constructor(url: string, codes: Readonly<Record<string, number>> = {}) {
    this.#url = url;
    this.#codes = codes;
  }

  subject(): string {
    return `s-${randomUUID()}-value`;
  }
  /** A name that no other test's schema has, so that ids are fresh. */
  name(): string {
    return `R${randomUUID().replaceAll("-", "")}`;
  }

  async send(method: string, path: string, body?: unknown): Promise<ApiResult> {
    const response = await fetch(this.#url + path, {
      method,
      headers: {
        accept: "application/vnd.schemaregistry.v1+json",
        ...(body === undefined ? {} : { "content-type": "application/vnd.schemaregistry.v1+json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    let parsed: unknown = text;
    try {
      parsed = JSON.parse(text);
    } catch {
      // The raw text is what is looked at then.
    }
    return {
      status: response.status,
      body: parsed,
      type: response.headers.get("content-type") ?? "",
    };
  }

  async ok<T>(method: string, path: string, body?: unknown): Promise<T> {
    const result = await this.send(method, path, body);
    assert.equal(result.status, 200, `${method} ${path}: ${JSON.stringify(result.body)}`);
    return result.body as T;
  }

  /** The answer is an error of that code, whose first three digits are the status. */
  async fails(
    name: string,
    code: number,
    method: string,
    path: string,
    body?: unknown,
  ): Promise<string> {
    const expected = this.#codes[name] ?? code;
    const result = await this.send(method, path, body);
    const { error_code: found, message } = result.body as { error_code?: number; message?: string };
    assert.equal(found, expected, `${name}: ${JSON.stringify(result.body)}`);
    assert.equal(result.status, Number(String(expected).slice(0, 3)), name);
    return message ?? "";
  }

  register(subject: string, schema: object, more: object = {}): Promise<{ id: number }> {
    return this.ok("POST", `/subjects/${subject}/versions`, {
      schema: JSON.stringify(schema),
      ...more,
    });
  }
}

const record = (name: string, ...fields: (string | object)[]): object => ({
  type: "record",
  name,
  namespace: "x",
  fields: fields.map((field) =>
    typeof field === "string" ? { name: field, type: "string" } : field,
  ),
});
const optional = (name: string): object => ({ name, type: ["null", "string"], default: null });

/** The part of Confluent's API that clients rely on. */
export const registryClaims: readonly Claim[] = [
  {
    name: "the kinds of schema are listed",
    async run(api) {
      const types = await api.ok<string[]>("GET", "/schemas/types");
      assert.ok(types.includes("AVRO") && types.includes("JSON"));
    },
  },
  {
    name: "the same content has the same id, again and under another subject",
    async run(api) {
      const [one, two, name] = [api.subject(), api.subject(), api.name()];
      const first = await api.register(one, record(name, "id"));
      assert.ok(Number.isInteger(first.id));
      assert.equal((await api.register(one, record(name, "id"))).id, first.id);
      assert.equal((await api.register(two, record(name, "id"))).id, first.id);
      assert.deepEqual(await api.ok("GET", `/subjects/${one}/versions`), [1]);
    },
  },
  {
    name: "versions count up, and the newest is the latest",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      await api.register(subject, record(name, "id"));
      const second = await api.register(subject, record(name, "id", optional("a")));
      assert.deepEqual(await api.ok("GET", `/subjects/${subject}/versions`), [1, 2]);
      const latest = await api.ok<Record<string, unknown>>(
        "GET",
        `/subjects/${subject}/versions/latest`,
      );
      assert.deepEqual(
        [latest["subject"], latest["version"], latest["id"]],
        [subject, 2, second.id],
      );
      assert.deepEqual(JSON.parse(String(latest["schema"])), record(name, "id", optional("a")));
      const raw = await api.ok("GET", `/subjects/${subject}/versions/1/schema`);
      assert.deepEqual(raw, record(name, "id"));
    },
  },
  {
    name: "a schema is looked up by its content",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      const { id } = await api.register(subject, record(name, "id"));
      const schema = JSON.stringify(record(name, "id"));
      const found = await api.ok<Record<string, unknown>>("POST", `/subjects/${subject}`, {
        schema,
      });
      assert.deepEqual([found["id"], found["version"], found["subject"]], [id, 1, subject]);
      const other = { schema: JSON.stringify(record(name, "other")) };
      await api.fails("unknown schema", 40403, "POST", `/subjects/${subject}`, other);
      await api.fails("unknown subject", 40401, "POST", `/subjects/${api.subject()}`, { schema });
    },
  },
  {
    name: "a schema is read by its id; Avro is what a type that is not said stands for",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      const { id } = await api.register(subject, record(name, "id"));
      const found = await api.ok<Record<string, unknown>>("GET", `/schemas/ids/${id}`);
      assert.deepEqual(JSON.parse(String(found["schema"])), record(name, "id"));
      assert.ok([undefined, "AVRO"].includes(found["schemaType"] as string | undefined));
      const versions = await api.ok<{ subject: string; version: number }[]>(
        "GET",
        `/schemas/ids/${id}/versions`,
      );
      assert.ok(versions.some((each) => each.subject === subject && each.version === 1));
      await api.fails("unknown id", 40403, "GET", "/schemas/ids/2000000000");
    },
  },
  {
    name: "JSON Schema is a type of its own",
    async run(api) {
      const subject = api.subject();
      const schema = {
        $schema: "http://json-schema.org/draft-07/schema#",
        title: api.name(),
        type: "object",
      };
      const { id } = await api.register(subject, schema, { schemaType: "JSON" });
      const found = await api.ok<Record<string, unknown>>("GET", `/schemas/ids/${id}`);
      assert.equal(found["schemaType"], "JSON");
    },
  },
  {
    name: "what is no schema is refused",
    async run(api) {
      const path = `/subjects/${api.subject()}/versions`;
      await api.fails("no schema", 42201, "POST", path, { schema: '{"type":"strng"}' });
    },
  },
  {
    name: "versions and subjects that do not exist have codes of their own",
    async run(api) {
      const subject = api.subject();
      await api.register(subject, record(api.name(), "id"));
      await api.fails("unknown version", 40402, "GET", `/subjects/${subject}/versions/77`);
      await api.fails("version 0", 42202, "GET", `/subjects/${subject}/versions/0`);
      await api.fails("unknown subject", 40401, "GET", `/subjects/${api.subject()}/versions`);
    },
  },
  {
    name: "unknown members of a request are passed over",
    async run(api) {
      const subject = api.subject();
      const { id } = await api.register(subject, record(api.name(), "id"), {
        propagateSchemaTags: false,
        xyz: 1,
      });
      assert.ok(Number.isInteger(id));
    },
  },
  {
    name: "levels are set per subject, and wrong ones refused",
    async run(api) {
      const subject = api.subject();
      await api.register(subject, record(api.name(), "id"));
      await api.fails("no level", 40408, "GET", `/config/${subject}`);
      await api.ok("PUT", `/config/${subject}`, { compatibility: "FULL" });
      const set = await api.ok<Record<string, unknown>>("GET", `/config/${subject}`);
      assert.equal(set["compatibilityLevel"], "FULL");
      await api.fails("wrong level", 42203, "PUT", `/config/${subject}`, { compatibility: "HALF" });
      await api.ok("DELETE", `/config/${subject}`);
    },
  },
  {
    name: "BACKWARD refuses a new required field and takes an optional one",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      await api.register(subject, record(name, "id"));
      await api.ok("PUT", `/config/${subject}`, {
        compatibility: "BACKWARD",
        schemaPolicy: "none",
      });
      const path = `/compatibility/subjects/${subject}/versions/latest`;
      const bad = { schema: JSON.stringify(record(name, "id", "b")) };
      const good = { schema: JSON.stringify(record(name, "id", optional("b"))) };
      assert.equal(
        (await api.ok<{ is_compatible: boolean }>("POST", path, bad)).is_compatible,
        false,
      );
      assert.equal(
        (await api.ok<{ is_compatible: boolean }>("POST", path, good)).is_compatible,
        true,
      );
      await api.fails("incompatible", 40901, "POST", `/subjects/${subject}/versions`, bad);
      await api.ok("POST", `/subjects/${subject}/versions`, good);
    },
  },
  {
    name: "FORWARD, FULL and NONE decide as they say",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      await api.register(subject, record(name, "id", optional("a")));
      const path = `/compatibility/subjects/${subject}/versions/latest`;
      const more = { schema: JSON.stringify(record(name, "id", optional("a"), "b")) };
      for (const [compatibility, expected] of [
        ["FORWARD", true],
        ["FULL", false],
        ["NONE", true],
      ] as const) {
        await api.ok("PUT", `/config/${subject}`, { compatibility, schemaPolicy: "none" });
        const answer = await api.ok<{ is_compatible: boolean }>("POST", path, more);
        assert.equal(answer.is_compatible, expected, compatibility);
      }
    },
  },
  {
    name: "references are resolved, and say who uses them",
    async run(api) {
      const [address, person] = [api.subject(), api.subject()];
      const [addressName, personName] = [api.name(), api.name()];
      await api.register(address, record(addressName, "city"));
      const reference = { name: `x.${addressName}`, subject: address, version: 1 };
      const schema = record(personName, { name: "home", type: `x.${addressName}` });
      const { id } = await api.register(person, schema, { references: [reference] });
      const found = await api.ok<{ references: unknown }>("GET", `/schemas/ids/${id}`);
      assert.deepEqual(found.references, [reference]);
      const users = await api.ok<number[]>("GET", `/subjects/${address}/versions/1/referencedby`);
      assert.ok(users.includes(id));
    },
  },
  {
    name: "what others refer to is not deleted",
    async run(api) {
      const [address, name] = [api.subject(), api.name()];
      await api.register(address, record(name, "city"));
      const reference = { name: `x.${name}`, subject: address, version: 1 };
      await api.register(api.subject(), record(api.name(), { name: "home", type: `x.${name}` }), {
        references: [reference],
      });
      await api.fails("referenced", 42206, "DELETE", `/subjects/${address}/versions/1`);
    },
  },
  {
    name: "a subject is deleted softly, then for good; its ids are read all the same",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      const { id } = await api.register(subject, record(name, "id"));
      assert.deepEqual(await api.ok("DELETE", `/subjects/${subject}`), [1]);
      await api.fails("deleted subject", 40401, "GET", `/subjects/${subject}/versions`);
      await api.ok("GET", `/schemas/ids/${id}`);
      assert.deepEqual(await api.ok("GET", `/subjects/${subject}/versions?deleted=true`), [1]);
      // A version is never used twice.
      await api.register(subject, record(name, "id", optional("a")));
      assert.deepEqual(await api.ok("GET", `/subjects/${subject}/versions`), [2]);
      assert.deepEqual(await api.ok("DELETE", `/subjects/${subject}`), [2]);
      assert.deepEqual(await api.ok("DELETE", `/subjects/${subject}?permanent=true`), [1, 2]);
    },
  },
  {
    name: "a schema has a GUID, by which it is read",
    async run(api) {
      const subject = api.subject();
      const { id } = await api.register(subject, record(api.name(), "id"));
      const { guid } = await api.ok<{ guid: string }>("GET", `/schemas/ids/${id}`);
      assert.match(guid, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      const found = await api.ok<{ schema: string }>("GET", `/schemas/guids/${guid}`);
      assert.equal(typeof found.schema, "string");
    },
  },
  {
    name: "metadata is kept, and finds a version",
    async run(api) {
      const subject = api.subject();
      const metadata = { properties: { major_version: "1", owner: "lab" } };
      await api.register(subject, record(api.name(), "id"), { metadata });
      const found = await api.ok<Record<string, unknown>>("GET", `/subjects/${subject}/versions/1`);
      // Some add a property of their own.
      const { properties } = found["metadata"] as { properties: object };
      assert.deepEqual({ ...properties, ...metadata.properties }, properties);
      const by = await api.ok<{ version: number }>(
        "GET",
        `/subjects/${subject}/metadata?key=owner&value=lab`,
      );
      assert.equal(by.version, 1);
    },
  },
  {
    name: "a subject that is read only takes no version",
    async run(api) {
      const [subject, name] = [api.subject(), api.name()];
      await api.register(subject, record(name, "id"));
      await api.ok("PUT", `/mode/${subject}`, { mode: "READONLY" });
      const next = { schema: JSON.stringify(record(name, "id", optional("a"))) };
      await api.fails("read only", 42205, "POST", `/subjects/${subject}/versions`, next);
      await api.fails("wrong mode", 42204, "PUT", `/mode/${subject}`, { mode: "SOMETIMES" });
    },
  },
];
