package softadastra.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.sdk.Client;
import softadastra.sdk.ClientOptions;
import softadastra.store.EntryChange;
import softadastra.sync.SyncConfig;
import softadastra.sync.TransportConfig;

/** What becomes of the options of a node: where secrets come from, and that they are put to use. */
class NetworkOptionsTest {
    private static final String PASSWORD = "a password of files";

    @TempDir
    Path directory;

    @CommandLine.Command(name = "options")
    private static final class Options {
        @CommandLine.Mixin
        private final NetworkOptions network = new NetworkOptions();
    }

    private static SyncConfig config(Map<String, String> environment, String... words) {
        Options options = new Options();
        CommandLine.ParseResult unused = new CommandLine(options).parseArgs(words);
        return options.network.config(environment);
    }

    private static ErrorCode refusal(Map<String, String> environment, String... words) {
        return assertThrows(CommandFailure.class, () -> config(environment, words))
                .error()
                .code();
    }

    @Test
    void whoServesNobodyAndCallsNobodyNeedsNoTransport() {
        assertEquals(SyncConfig.local(), config(Map.of(NetworkOptions.TOKEN, "a token that is not needed")));
    }

    @Test
    void whatIsNotNeededIsToBeRightAllTheSame() {
        for (String[] words : new String[][] {
            {"--policy", "doc/=guess"},
            {"--largest-value", "-1"},
            {"--grace", "soon"},
            {"--tls-keystore", "without a password"}
        }) {
            assertEquals(ErrorCode.INVALID_ARGUMENT, refusal(Map.of(), words), words[0]);
        }
        assertEquals(
                ErrorCode.NOT_FOUND,
                refusal(Map.of(), "--token-file", directory.resolve("none").toString()));
        assertEquals(
                ErrorCode.PROVIDER_MISSING,
                assertThrows(SoftadastraException.class, () -> config(Map.of(), "--transport", "nowhere"))
                        .code());
        assertFalse(config(Map.of(), "--transport", "http").transport());
    }

    @Test
    void addressesArePassedOn() {
        TransportConfig network = config(
                        Map.of(),
                        "--listen",
                        "0.0.0.0:7420",
                        "--peer",
                        "http://b:1",
                        "--peer",
                        "http://c:2",
                        "--unauthenticated",
                        "--transport",
                        "http")
                .network();
        assertEquals(Optional.of("0.0.0.0:7420"), network.listen());
        assertEquals(List.of("http://b:1", "http://c:2"), network.peers());
        assertTrue(network.unauthenticated());
        assertEquals(Optional.empty(), network.token());
    }

    @Test
    void howLongOthersAreRememberedIsPassedOn() {
        for (String[] words : new String[][] {
            {"--grace", "90s", "--retention", "12h"}, {"--grace", "90s", "--retention", "12h", "--listen", ":0"}
        }) {
            SyncConfig config = config(Map.of(), words);
            assertEquals(Duration.ofSeconds(90), config.grace());
            assertEquals(Duration.ofHours(12), config.retention());
        }
        assertEquals(Duration.ofDays(30), config(Map.of(), "--retention", "30d").retention());
        assertEquals(Duration.ofMinutes(10), config(Map.of(), "--grace", "10m").grace());
    }

    @Test
    void aLengthOfTimeThatIsNoneSaysWhatOneIs() {
        Map<String, String> reasons = Map.of(
                "2", "it is no length of time",
                "-1d", "it is no length of time",
                "1.5h", "it is no length of time",
                "9999999999d", "it is more than 36500d",
                "2s", "it must be at least 1m");
        reasons.forEach((text, reason) -> {
            CommandFailure failure = assertThrows(CommandFailure.class, () -> config(Map.of(), "--retention=" + text));
            assertEquals(ErrorCode.INVALID_ARGUMENT, failure.error().code());
            assertEquals(
                    "invalid --retention '" + text + "': " + reason,
                    failure.error().message());
            assertTrue(failure.hint().orElseThrow().endsWith("--retention 30d"), failure.hint()::toString);
        });
        assertEquals(ErrorCode.INVALID_ARGUMENT, refusal(Map.of(), "--grace", "0s"));
    }

    @Test
    void theTokenIsOfTheFileElseOfTheEnvironment() throws IOException {
        Path file = Files.writeString(directory.resolve("token"), "the token of the file\n");
        Map<String, String> environment = Map.of(NetworkOptions.TOKEN, "the token of the environment");
        assertEquals(
                Optional.of("the token of the environment"),
                config(environment, "--listen", ":0").network().token());
        assertEquals(
                Optional.of("the token of the file"),
                config(environment, "--listen", ":0", "--token-file", file.toString())
                        .network()
                        .token());
        assertEquals(ErrorCode.NOT_FOUND, refusal(Map.of(), "--listen", ":0", "--token-file", file + ".not"));
    }

    @Test
    void noOptionTakesASecret() {
        Cli.Run help = Cli.plain(new byte[0], "node", "start", "--help");
        assertFalse(help.out().contains("--token "), help.out());
        assertFalse(help.out().contains("--password"), help.out());
    }

    @Test
    void filesOfKeysAreForTls() throws Exception {
        Path keys = keystore();
        Map<String, String> environment = Map.of(TlsFiles.PASSWORD, PASSWORD);
        SyncConfig ofA = config(
                environment,
                "--listen",
                "127.0.0.1:0",
                "--tls-keystore",
                keys.toString(),
                "--tls-truststore",
                keys.toString(),
                "--client-certificates");
        BlockingQueue<EntryChange> changes = new LinkedBlockingQueue<>();
        try (Client a = new Client(ClientOptions.memoryOnly("node-a").withSync(ofA))) {
            a.open().orElseThrow();
            a.watch("", changes::add).orElseThrow();
            a.startSync().orElseThrow();
            String address = a.syncReport().orElseThrow().address().orElseThrow();
            assertTrue(address.startsWith("https://"), address);
            SyncConfig ofB = config(
                    environment,
                    "--peer",
                    address,
                    "--tls-keystore",
                    keys.toString(),
                    "--tls-truststore",
                    keys.toString());
            try (Client b = new Client(ClientOptions.memoryOnly("node-b").withSync(ofB))) {
                b.open().orElseThrow();
                b.put("key", "over TLS").orElseThrow();
                b.startSync().orElseThrow();
                assertEquals("key", changes.take().key().asString());
            }
        }
    }

    @Test
    void filesOfKeysThatCannotBeReadSayWhatToDo() throws Exception {
        Path keys = keystore();
        CommandFailure failure = assertThrows(
                CommandFailure.class,
                () -> config(Map.of(TlsFiles.PASSWORD, "wrong"), "--listen", ":0", "--tls-keystore", keys.toString()));
        assertTrue(failure.hint().orElseThrow().contains(TlsFiles.PASSWORD));
        assertEquals(
                "failed to read " + keys + ": the password is another one",
                failure.error().message());
        Path pem = Files.writeString(directory.resolve("node.pem"), "-----BEGIN CERTIFICATE-----\n");
        CommandFailure another = assertThrows(
                CommandFailure.class, () -> config(Map.of(), "--listen", ":0", "--tls-keystore", pem.toString()));
        assertEquals(
                "failed to read " + pem + ": it is neither PKCS12 nor JKS",
                another.error().message());
        assertTrue(another.hint().orElseThrow().contains("keytool -importcert"));
        assertEquals(
                ErrorCode.INVALID_ARGUMENT,
                refusal(
                        Map.of(),
                        "--peer",
                        "https://127.0.0.1:7420",
                        "--tls-truststore",
                        directory.resolve("none").toString()));
    }

    @Test
    void trustedCertificatesWithoutAKeyAreNotEnoughToListen() throws Exception {
        Path trusted = keystore();
        Map<String, String> environment = Map.of(TlsFiles.PASSWORD, PASSWORD);
        CommandFailure failure = assertThrows(
                CommandFailure.class,
                () -> config(environment, "--listen", ":0", "--tls-truststore", trusted.toString()));
        assertEquals(ErrorCode.INVALID_ARGUMENT, failure.error().code());
        assertTrue(failure.hint().orElseThrow().contains("--tls-keystore"));
    }

    /** A key with its certificate, which is trusted too, made as a user would make it. */
    private Path keystore() throws IOException, InterruptedException {
        Path file = directory.resolve("node.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "node",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=node",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        file.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(keytool.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, keytool.waitFor(), said);
        return file;
    }
}
