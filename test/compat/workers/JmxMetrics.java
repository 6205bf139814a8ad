import com.sun.tools.attach.VirtualMachine;
import java.util.TreeSet;
import javax.management.MBeanAttributeInfo;
import javax.management.MBeanServerConnection;
import javax.management.ObjectName;
import javax.management.remote.JMXConnector;
import javax.management.remote.JMXConnectorFactory;
import javax.management.remote.JMXServiceURL;

/**
 * Prints the metrics of a Java process, one line each: group, attribute, and the names of its tags.
 *
 * Usage: java JmxMetrics.java PID DOMAIN
 */
public class JmxMetrics {
    public static void main(String[] args) throws Exception {
        VirtualMachine machine = VirtualMachine.attach(args[0]);
        String address = machine.startLocalManagementAgent();
        machine.detach();
        TreeSet<String> lines = new TreeSet<>();
        try (JMXConnector connector = JMXConnectorFactory.connect(new JMXServiceURL(address))) {
            MBeanServerConnection beans = connector.getMBeanServerConnection();
            for (ObjectName name : beans.queryNames(new ObjectName(args[1] + ":*"), null)) {
                TreeSet<String> tags = new TreeSet<>(name.getKeyPropertyList().keySet());
                tags.remove("type");
                for (MBeanAttributeInfo attribute : beans.getMBeanInfo(name).getAttributes()) {
                    lines.add(name.getKeyProperty("type") + " " + attribute.getName() + " " + String.join(",", tags));
                }
            }
        }
        lines.forEach(System.out::println);
    }
}
