import type { FhirResource, Reference } from "fhir/r4";
import { clean, fhirDate, fhirDateTime, fhirInstant } from "#lib/fhir";
import type { Message } from "#lib/hl7v2";
import { dropUnknownSystems } from "./codesystems/honest-codings.ts";

export interface ConversionOptions {
  /** Zone of times that have none: `UTC`, an offset, or an IANA name. */
  readonly timeZone: string;
  /** When the message was received, ISO 8601; stands in where the message says no time. */
  readonly receivedAt: string;
}

/** A resource that was made, and the patient whose key its record gets when that is not the message's. */
export interface Made {
  readonly resource: FhirResource;
  readonly key: string | undefined;
}

/** One message on its way to FHIR: what it says, and what has been made of it so far. */
export class Conversion {
  readonly message: Message;
  readonly options: ConversionOptions;
  readonly #made = new Map<string, Made>();

  constructor(message: Message, options: ConversionOptions) {
    this.message = message;
    this.options = options;
  }

  /**
   * Adds a resource and returns a reference to it. The first of one id stands: a practitioner who is
   * named five times is one resource.
   */
  add(resource: FhirResource, key?: string): Reference {
    const reference = `${resource.resourceType}/${resource.id}`;
    if (!this.#made.has(reference)) {
      this.#made.set(reference, { resource: dropUnknownSystems(clean(resource)), key });
    }
    return { reference };
  }

  /** Everything that was made, referenced resources before those that refer to them. */
  made(): readonly Made[] {
    return [...this.#made.values()];
  }

  dateTime(text: string): string | undefined {
    return fhirDateTime(text, this.options.timeZone);
  }
  instant(text: string): string | undefined {
    return fhirInstant(text, this.options.timeZone);
  }
  date(text: string): string | undefined {
    return fhirDate(text);
  }

  /** What tells this message from all others, for resources that nothing else identifies. */
  get messageIdentity(): readonly string[] {
    const { sendingApplication, sendingFacility, messageControlId, dateTime } = this.message.header;
    return ["message", sendingApplication, sendingFacility, messageControlId, dateTime];
  }
}
