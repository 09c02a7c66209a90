package softadastra.transport.http;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** Looks up what names stand for. It may block, for as long as the system's resolver does, and nothing can interrupt that. */
@FunctionalInterface
interface Names {

    /** As the system does. */
    Names SYSTEM = InetAddress::getAllByName;

    /**
     * Looks up a name.
     *
     * @return its addresses, one at least
     * @throws UnknownHostException if it has none
     */
    InetAddress[] all(String host) throws UnknownHostException;
}
