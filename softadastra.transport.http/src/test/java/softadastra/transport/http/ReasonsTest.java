package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.BindException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import org.junit.jupiter.api.Test;

/** Why a connection is not is told in the same words whatever language the system speaks. */
class ReasonsTest {
    private static InetSocketAddress at(String address) throws Exception {
        return new InetSocketAddress(InetAddress.getByName(address), 7420);
    }

    @Test
    void whatTheSystemSaysInItsOwnLanguageIsKnownByItsKind() {
        assertEquals("connection refused", Reasons.of(new ConnectException("Connection refused")));
        assertEquals("connection refused", Reasons.of(new ConnectException("Verbindungsaufbau abgelehnt")));
        assertEquals("no connection", Reasons.of(new ConnectException("Connection timed out")));
        assertEquals("no route to the host", Reasons.of(new NoRouteToHostException("Keine Route zum Zielrechner")));
    }

    @Test
    void anAddressThatIsTakenIsNotTakenForSomebodyElses() throws Exception {
        BindException translated = new BindException("Die Adresse wird bereits verwendet");
        assertEquals("the address is in use", Reasons.ofListening(translated, at("127.0.0.1")));
        assertEquals("the address is in use", Reasons.ofListening(translated, at("0.0.0.0")));
        assertEquals("not an address of this machine", Reasons.ofListening(translated, at("192.0.2.1")));
        BindException denied = new BindException("Permission denied");
        assertEquals("permission denied", Reasons.ofListening(denied, at("127.0.0.1")));
    }
}
