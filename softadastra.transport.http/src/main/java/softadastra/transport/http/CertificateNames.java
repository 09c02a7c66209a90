package softadastra.transport.http;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import softadastra.core.NodeId;

/**
 * The nodes that a certificate names: its subject alternative names of the form {@code softadastra:node:ID}, as URIs. One that names
 * none may be any node's. A name says who may open a session; it says nothing of whose operations are sent in it.
 */
final class CertificateNames {
    private static final String PREFIX = "softadastra:node:";
    private static final int URI = 6;

    private CertificateNames() {}

    /** Whether whoever shows the certificate, if any, may be that node. */
    static boolean allow(Optional<X509Certificate> certificate, NodeId node) {
        if (certificate.isEmpty()) {
            return true;
        }
        try {
            Set<String> named = new TreeSet<>();
            Collection<List<?>> names = certificate.get().getSubjectAlternativeNames();
            for (List<?> name : names == null ? List.<List<?>>of() : names) {
                if (name.get(0) instanceof Integer kind
                        && kind == URI
                        && name.get(1) instanceof String text
                        && text.startsWith(PREFIX)) {
                    named.add(text.substring(PREFIX.length()));
                }
            }
            return named.isEmpty() || named.contains(node.value());
        } catch (CertificateParsingException e) {
            return false;
        }
    }
}
