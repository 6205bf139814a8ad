import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.validation.FhirValidator;
import ca.uhn.fhir.validation.ResultSeverityEnum;
import ca.uhn.fhir.validation.SingleValidationMessage;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.common.hapi.validation.validator.FhirInstanceValidator;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r4.model.CodeSystem;
import org.hl7.fhir.r4.model.StructureDefinition;
import org.hl7.fhir.r4.model.ValueSet;
import org.hl7.fhir.r5.utils.validation.constants.BestPracticeWarningLevel;

/**
 * HAPI FHIR's instance validator for R4, offline; the arguments are the folder of HL7's code systems
 * and, if profiles are to be checked, too, a folder with their definitions. One resource as JSON per line on stdin, one line on stdout for
 * each, with the errors as "severity<TAB>location<TAB>message", joined by U+001E; an empty line says that there are none.
 */
public class ValidateResources {
  private static final int CHUNK = 64;

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    // The libraries log to stdout, which is ours.
    System.setOut(System.err);
    FhirContext context = FhirContext.forR4();
    ValidationSupportChain support =
        new ValidationSupportChain(
            definitions(context, Path.of(args[0]), "CodeSystem-v[23]-*.json"),
            definitions(context, Path.of(args[args.length - 1]), args.length > 1 ? "*.json" : "-"),
            new DefaultProfileValidationSupport(context),
            new CommonCodeSystemsTerminologyService(context),
            new InMemoryTerminologyServerValidationSupport(context),
            new SnapshotGeneratingValidationSupport(context));
    FhirInstanceValidator module = new FhirInstanceValidator(support);
    module.setAnyExtensionsAllowed(true);
    module.setBestPracticeWarningLevel(BestPracticeWarningLevel.Ignore);
    module.setNoExtensibleWarnings(true);
    FhirValidator validator = context.newValidator().registerValidatorModule(module);

    BufferedReader in =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    List<String> lines = new ArrayList<>();
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      lines.add(line);
      if (lines.size() < CHUNK) continue;
      validate(lines, validator, out);
    }
    validate(lines, validator, out);
  }

  /** Code systems, value sets and profiles of files, which go before those that FHIR 4.0.1 carries. */
  private static PrePopulatedValidationSupport definitions(
      FhirContext context, Path folder, String names) throws IOException {
    PrePopulatedValidationSupport support = new PrePopulatedValidationSupport(context);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, names)) {
      for (Path file : files) {
        IBaseResource resource = context.newJsonParser().parseResource(Files.readString(file));
        if (resource instanceof CodeSystem) support.addCodeSystem(resource);
        else if (resource instanceof ValueSet) support.addValueSet(resource);
        else if (resource instanceof StructureDefinition) support.addStructureDefinition(resource);
      }
    }
    return support;
  }

  /** On all cores; the answers keep the order of the lines. */
  private static void validate(List<String> lines, FhirValidator validator, PrintStream out) {
    lines.parallelStream()
        .map(line -> findings(validator, line))
        .forEachOrdered(out::println);
    out.flush();
    lines.clear();
  }

  private static String findings(FhirValidator validator, String line) {
    StringBuilder findings = new StringBuilder();
    for (SingleValidationMessage message : validator.validateWithResult(line).getMessages()) {
      if (message.getSeverity().ordinal() < ResultSeverityEnum.ERROR.ordinal()) continue;
      if (findings.length() > 0) findings.append('\u001e');
      findings
          .append(message.getSeverity().getCode()).append('\t')
          .append(message.getLocationString()).append('\t')
          .append(message.getMessage().replaceAll("[\r\n\t]+", " "));
    }
    return findings.toString();
  }
}
