import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.dao.IFhirSystemDao;
import ca.uhn.fhir.jpa.provider.IJpaSystemProvider;
import ca.uhn.fhir.jpa.provider.JpaCapabilityStatementProvider;
import ca.uhn.fhir.jpa.test.config.TestHSearchAddInConfig;
import ca.uhn.fhir.jpa.test.config.TestR4Config;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.provider.ResourceProviderFactory;
import ca.uhn.fhir.rest.server.util.ISearchParamRegistry;
import org.eclipse.jetty.ee10.servlet.ServletContextHandler;
import org.eclipse.jetty.ee10.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;

/**
 * HAPI FHIR's JPA server for R4 on an in-memory H2 database, at /fhir of the port given. Storage, validation of
 * references, versions, Bundles and search are HAPI's; the wiring is that of HAPI's own tests
 * (hapi-fhir-jpaserver-test-utilities), and this file only opens the port.
 */
public class FhirServer {
  public static void main(String[] args) throws Exception {
    AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
    // No full-text index; HAPI's tests bring one.
    context.register(TestR4Config.class, TestHSearchAddInConfig.NoFT.class);
    context.refresh();

    JpaStorageSettings storage = context.getBean(JpaStorageSettings.class);
    storage.setDeleteExpungeEnabled(true);
    RestfulServer rest = new RestfulServer(context.getBean(FhirContext.class));
    rest.setDefaultResponseEncoding(EncodingEnum.JSON);
    rest.registerProviders(
        context.getBean("myResourceProvidersR4", ResourceProviderFactory.class).createProviders());
    rest.registerProvider(context.getBean(IJpaSystemProvider.class));
    rest.setServerConformanceProvider(
        new JpaCapabilityStatementProvider(
            rest,
            context.getBean(IFhirSystemDao.class),
            storage,
            context.getBean(ISearchParamRegistry.class),
            context.getBean("myJpaValidationSupportChain", IValidationSupport.class)));

    Server server = new Server();
    ServerConnector connector = new ServerConnector(server);
    connector.setHost("127.0.0.1");
    connector.setPort(Integer.parseInt(args[0]));
    server.addConnector(connector);
    ServletContextHandler servlets = new ServletContextHandler();
    servlets.addServlet(new ServletHolder(rest), "/fhir/*");
    server.setHandler(servlets);
    server.start();
    System.out.println("FHIR server is ready");
    server.join();
  }
}
