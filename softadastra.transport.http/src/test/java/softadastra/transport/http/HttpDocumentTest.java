package softadastra.transport.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import softadastra.sync.TransportConfig;

/** What docs/transport-http.md shows is what there is. */
class HttpDocumentTest {
    private static final String TOKEN = "correct horse battery staple";
    private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "..", "docs", "transport-http.md");

    @Test
    void theProofsThatItGivesAreRight() throws IOException {
        String text = Files.readString(DOCUMENT);
        Secret secret = Secret.of(Optional.of(TOKEN));
        String theirs = "0".repeat(Nonces.DIGITS);
        byte[] body = "abc".getBytes(StandardCharsets.US_ASCII);
        byte[] covered = Fields.write(
                "client-nonce",
                Speaker.NONCE,
                "server-nonce",
                theirs,
                "node",
                "leaf",
                "instance",
                Speaker.NONCE,
                "max-body",
                "100000");
        assertContains(text, secret.proof("client", covered));
        assertContains(text, secret.session(Speaker.NONCE, theirs).requestTag("messages", 1, "identity", body));
    }

    private static void assertContains(String text, String proof) {
        assertTrue(text.contains("`" + proof + "`"), proof);
    }

    @Test
    @DisabledOnOs(OS.WINDOWS)
    void theCommandsThatItShowsPrintWhatItShows() throws Exception {
        assumeTrue(run("command -v curl", "").length() > 0, "curl is not there");
        List<String> lines = Files.readAllLines(DOCUMENT);
        FakeHost host = FakeHost.of("hub");
        TransportConfig config =
                TransportConfig.none().withListen("127.0.0.1:0").withToken(TOKEN);
        int commands = 0;
        try (Probe hub =
                new Probe("hub", new HttpTransportProvider().open(config, host).orElseThrow())) {
            for (int i = 0; i < lines.size(); i++) {
                if (lines.get(i).startsWith("$ curl ")) {
                    String command = lines.get(i).substring(2).replace("127.0.0.1:7420", "127.0.0.1:" + hub.port());
                    String printed = run(command, TOKEN);
                    List<String> shown = new ArrayList<>();
                    for (int j = i + 1;
                            !lines.get(j).startsWith("$") && !lines.get(j).equals("```");
                            j++) {
                        shown.add(lines.get(j));
                    }
                    String first = shown.get(0).replace("...", "");
                    assertTrue(printed.startsWith(first), command + " printed " + printed);
                    assertEquals(
                            shown.size() > 1 || shown.get(0).endsWith("..."),
                            printed.strip().length() > first.length());
                    commands++;
                }
            }
        }
        assertEquals(3, commands);
    }

    private static String run(String command, String token) throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", command).redirectErrorStream(true);
        builder.environment().put("TOKEN", token);
        Process process = builder.start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        process.waitFor();
        return printed;
    }
}
