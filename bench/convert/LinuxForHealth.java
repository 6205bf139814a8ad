import ca.uhn.hl7v2.parser.GenericParser;
import io.github.linuxforhealth.hl7.ConverterOptions;
import io.github.linuxforhealth.hl7.HL7ToFHIRConverter;
import io.github.linuxforhealth.hl7.parsing.HL7HapiParser;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** LinuxForHealth's converter: `folder with messages` `seconds to warm up` `seconds to measure`. One JSON line per figure. */
public class LinuxForHealth {
  public static void main(String[] args) throws Exception {
    for (String name : new String[] {"ADT_A01", "ORU_R01"}) {
      String message = Files.readString(Path.of(args[0], name + ".hl7"));
      GenericParser parser = new HL7HapiParser().getParser();
      HL7ToFHIRConverter converter = new HL7ToFHIRConverter();
      ConverterOptions plain = new ConverterOptions.Builder().build();
      ConverterOptions validating = new ConverterOptions.Builder().withValidateResource().build();
      measure(args, "parse", name, () -> parser.parse(message));
      measure(args, "convert", name, () -> converter.convert(message, plain));
      measure(args, "validate", name, () -> converter.convert(message, validating));
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (!line.startsWith("VmHWM:")) continue;
      System.out.printf("{\"peakMb\":%d}%n", Long.parseLong(line.replaceAll("\\D", "")) / 1024);
    }
  }

  private static void measure(String[] args, String task, String name, Callable<Object> work)
      throws Exception {
    run(work, Double.parseDouble(args[1]));
    double perSecond = run(work, Double.parseDouble(args[2]));
    System.out.printf(
        java.util.Locale.ROOT,
        "{\"task\":\"%s\",\"message\":\"%s\",\"perSecond\":%.1f}%n",
        task, name, perSecond);
  }

  private static double run(Callable<Object> work, double seconds) throws Exception {
    long startedAt = System.nanoTime();
    long endsAt = startedAt + (long) (seconds * 1e9);
    long count = 0;
    long now;
    do {
      if (work.call() == null) throw new IllegalStateException("nothing came back");
      count += 1;
      now = System.nanoTime();
    } while (now < endsAt);
    return count / ((now - startedAt) / 1e9);
  }
}
