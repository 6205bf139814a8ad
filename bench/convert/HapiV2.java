import ca.uhn.hl7v2.DefaultHapiContext;
import ca.uhn.hl7v2.parser.PipeParser;
import ca.uhn.hl7v2.validation.impl.ValidationContextFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/** HAPI's HL7 v2 parser, validation off: `folder with messages` `seconds to warm up` `seconds to measure`. */
public class HapiV2 {
  public static void main(String[] args) throws Exception {
    DefaultHapiContext context = new DefaultHapiContext();
    context.setValidationContext(ValidationContextFactory.noValidation());
    PipeParser parser = context.getPipeParser();
    for (String name : new String[] {"ADT_A01", "ORU_R01"}) {
      String message = Files.readString(Path.of(args[0], name + ".hl7"));
      run(parser, message, Double.parseDouble(args[1]));
      double perSecond = run(parser, message, Double.parseDouble(args[2]));
      System.out.printf(
          java.util.Locale.ROOT,
          "{\"task\":\"parse\",\"message\":\"%s\",\"perSecond\":%.1f}%n",
          name, perSecond);
    }
    for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
      if (!line.startsWith("VmHWM:")) continue;
      System.out.printf("{\"peakMb\":%d}%n", Long.parseLong(line.replaceAll("\\D", "")) / 1024);
    }
  }

  private static double run(PipeParser parser, String message, double seconds) throws Exception {
    long startedAt = System.nanoTime();
    long endsAt = startedAt + (long) (seconds * 1e9);
    long count = 0;
    long now;
    do {
      if (parser.parse(message) == null) throw new IllegalStateException("nothing came back");
      count += 1;
      now = System.nanoTime();
    } while (now < endsAt);
    return count / ((now - startedAt) / 1e9);
  }
}
