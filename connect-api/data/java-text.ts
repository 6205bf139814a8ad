/** Text forms of Java's values, where the results of Kafka Connect show them. */

/** Double.toString: `42.0`, `0.001`, `1.0E7`, `NaN`; the fewest digits that give the number back. */
export function doubleText(value: number): string {
  return scientificText(value, value.toExponential());
}

/** Float.toString, for a number that is a 32-bit float. */
export function floatText(value: number): string {
  const float = Math.fround(value);
  if (!Number.isFinite(float)) return doubleText(float);
  for (let digits = 0; digits < 9; digits += 1) {
    const exponential = float.toExponential(digits);
    if (Math.fround(Number(exponential)) === float) return scientificText(float, exponential);
  }
  return scientificText(float, float.toExponential(9));
}

/** Java writes the exponent outside of 10^-3 ≤ |value| < 10^7, and always a digit after the point. */
function scientificText(value: number, exponential: string): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Infinity" : "-Infinity";
  if (value === 0) return Object.is(value, -0) ? "-0.0" : "0.0";
  const [mantissa = "", power = "0"] = exponential.split("e");
  const exponent = Number(power);
  const sign = value < 0 ? "-" : "";
  const digits = mantissa.replace("-", "").replace(".", "").replace(/0+$/, "") || "0";
  if (exponent < -3 || exponent >= 7) {
    return `${sign}${digits[0]}.${digits.slice(1) || "0"}E${exponent}`;
  }
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, "0");
  return `${sign}${whole}.${digits.slice(exponent + 1) || "0"}`;
}

/** String.trim: takes away everything up to the blank, and nothing else. */
export function javaTrim(text: string): string {
  return text.replace(/^[\0- ]+|[\0- ]+$/g, "");
}

/** Standard base64 with padding; without Node, because the contract knows no Node. */
export function base64Text(bytes: Uint8Array): string {
  let binary = "";
  for (let start = 0; start < bytes.length; start += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(start, start + 0x8000));
  }
  return btoa(binary);
}
