/** Who reads a topic, and which settings of it name a path. */
export interface Consumer {
  /** Name of the connector. */
  readonly name: string;
  readonly config: Readonly<Record<string, string>>;
}

/** `healthcare.fhir.patient` of the subject `healthcare.fhir.patient-value`. */
export function topicOfSubject(subject: string): string {
  return subject.replace(/-(?:key|value)$/, "");
}

/** The sinks and topic streams among the connectors that read the topic of a subject. */
export function consumersOfSubject(
  connectors: readonly Consumer[],
  subject: string,
): readonly Consumer[] {
  const topic = topicOfSubject(subject);
  return connectors.filter(({ config }) => readsTopic(config, topic));
}

function readsTopic(config: Readonly<Record<string, string>>, topic: string): boolean {
  const topics = (config["topics"] ?? "").split(",").map((name) => name.trim());
  if (topics.includes(topic)) return true;
  const pattern = config["topics.regex"];
  if (!pattern) return false;
  try {
    return new RegExp(`^(?:${pattern})$`).test(topic);
  } catch {
    return false;
  }
}

/** Settings that hold names of topics, classes and the like, and no paths. */
const NOT_PATHS =
  /(^|\.)(name|connector\.class|type|converter|topics|topics\.regex|url|file|documentation)$/;

/**
 * Which consumers read a path, and by which settings: `warehouse (columns)` for one that names the path or
 * something above or below it, `store (whole records)` for one that names no paths of it at all.
 */
export function readersOf(consumers: readonly Consumer[], path: string): readonly string[] {
  const wanted = plainPath(path);
  return consumers.map(({ name, config }) => {
    const settings = Object.entries(config)
      .filter(([key]) => !NOT_PATHS.test(key))
      .filter(([, value]) => wanted !== "" && namesPath(String(value), wanted))
      .map(([key]) => key);
    return settings.length > 0 ? `${name} (${settings.join(", ")})` : `${name} (whole records)`;
  });
}

const plainPath = (path: string): string => path.replaceAll(/\[\d*\]|\{\}/g, "");

function namesPath(setting: string, wanted: string): boolean {
  return setting
    .split(/[^A-Za-z0-9_.[\]{}$]+/)
    .map((word) => plainPath(word.replace(/^\$\.?/, "")).replace(/^[A-Z][A-Za-z]*\./, ""))
    .some(
      (word) =>
        word !== "" &&
        (word === wanted || word.startsWith(`${wanted}.`) || wanted.startsWith(`${word}.`)),
    );
}
