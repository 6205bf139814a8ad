import io.github.linuxforhealth.hl7.ConverterOptions;
import io.github.linuxforhealth.hl7.HL7ToFHIRConverter;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** LinuxForHealth's converter: one file name per line on stdin, one line on stdout for each, its bundle or nothing. */
public class LinuxForHealthOutputs {
  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    // The libraries log to stdout, which is ours.
    System.setOut(System.err);
    HL7ToFHIRConverter converter = new HL7ToFHIRConverter();
    ConverterOptions options = new ConverterOptions.Builder().build();
    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String bundle = "";
      try {
        String message = Files.readString(Path.of(line)).replaceAll("\r\n?|\n", "\r");
        bundle = converter.convert(message, options).replaceAll("[\r\n]+", " ");
      } catch (Exception | Error refused) {
        // What it refuses has nothing to compare.
      }
      out.println(bundle);
    }
  }
}
