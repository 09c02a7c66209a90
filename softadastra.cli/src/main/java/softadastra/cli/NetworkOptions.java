package softadastra.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import softadastra.core.ErrorCode;
import softadastra.sync.ConflictPolicy;
import softadastra.sync.SyncConfig;
import softadastra.sync.TransportConfig;

/** Where a node listens, whom it calls, and how both show who they are. Secrets come from files or the environment alone. */
final class NetworkOptions {
    static final String TOKEN = "SOFTADASTRA_TOKEN";
    private static final int MAX_SECRET_BYTES = 4096;

    @Option(
            names = "--listen",
            paramLabel = "HOST:PORT",
            description = "Serve other nodes there; port 0 takes any that is free (default: serve nobody).")
    private Optional<String> listen = Optional.empty();

    @Option(
            names = "--peer",
            paramLabel = "URL",
            description = "Call that node, such as http://192.0.2.7:7420; repeatable.")
    private List<String> peers = List.of();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "The secret that all nodes share (default: of the environment variable " + TOKEN + ").")
    private Optional<Path> tokenFile = Optional.empty();

    @Option(
            names = "--tls-keystore",
            paramLabel = "FILE",
            description =
                    "Key and certificate of this node, PKCS12 or JKS; its password is in the environment variable "
                            + TlsFiles.PASSWORD + ".")
    private Optional<Path> keystore = Optional.empty();

    @Option(
            names = "--tls-truststore",
            paramLabel = "FILE",
            description = "Certificates that others may show (default: those that Java trusts); the same password.")
    private Optional<Path> truststore = Optional.empty();

    @Option(names = "--client-certificates", description = "Whoever calls must show a certificate that is trusted.")
    private boolean clientCertificates;

    @Option(
            names = "--unauthenticated",
            description = "Listen beyond the loopback address although nobody needs to show who they are.")
    private boolean unauthenticated;

    @Option(
            names = "--transport",
            paramLabel = "NAME",
            description = "The transport's provider (default: the only one there is).")
    private Optional<String> transport = Optional.empty();

    @Option(
            names = "--policy",
            paramLabel = "PREFIX=POLICY",
            description =
                    "What becomes of values of such keys that were written by nodes none of which knew the other's: "
                            + "last-write-wins (the default), manual, keep-local or keep-remote. The same on all nodes; repeatable.")
    private List<String> policies = List.of();

    @Option(
            names = "--largest-value",
            paramLabel = "BYTES",
            description = "Rejects for good what others write whose value is larger; they are told, see 'sync failed'.")
    private Optional<Integer> largestValue = Optional.empty();

    @Option(
            names = "--subscribe",
            paramLabel = "PREFIX",
            description =
                    "Have only keys that begin with this, and what is written here; repeatable. For the life of the log, "
                            + "from before it has anything of others (default: what the log has, else all keys).")
    private List<String> subscriptions = List.of();

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            description = "How long a removal is remembered at least, such as 30d, 12h, 10m or 90s (default: 1d).")
    private Optional<String> grace = Optional.empty();

    @Option(
            names = "--retention",
            paramLabel = "TIME",
            description =
                    "How long a member may be silent until nobody waits for it any more, if those who are left are more than "
                            + "half of all; it comes back by itself, with what only it has. Counted in time that this node runs, over "
                            + "all its starts. 1m at least, the same on all nodes (default: 30d).")
    private Optional<String> retention = Optional.empty();

    List<String> peers() {
        return peers;
    }

    /** How to synchronise: with nobody, where there is nobody to serve or call. */
    SyncConfig config(Map<String, String> environment) {
        SyncConfig local = deciding(remembering(subscribed(SyncConfig.local())));
        TransportConfig credentials = credentials(environment);
        if (listen.isEmpty() && peers.isEmpty()) {
            // What is of no use now is to be right all the same: a typing error would show once it is too late.
            var unused = named(local.withTransport(transport.isPresent()))
                    .available()
                    .orElseThrow();
            return local;
        }
        if (listen.isPresent() && truststore.isPresent() && keystore.isEmpty()) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "listening with TLS needs a key, and there is only --tls-truststore",
                    "add --tls-keystore FILE; or, to listen without TLS, have Java trust the certificates of --peer instead:"
                            + " JAVA_TOOL_OPTIONS=-Djavax.net.ssl.trustStore=FILE");
        }
        TransportConfig network = credentials
                .withPeers(peers)
                .withClientCertificates(clientCertificates)
                .withUnauthenticated(unauthenticated);
        return named(local.withNetwork(listen.map(network::withListen).orElse(network)));
    }

    private TransportConfig credentials(Map<String, String> environment) {
        TransportConfig network = TransportConfig.none();
        network = token(environment).map(network::withToken).orElse(network);
        return keystore.isPresent() || truststore.isPresent()
                ? network.withTls(new TlsFiles(keystore, truststore, environment).context())
                : network;
    }

    private SyncConfig deciding(SyncConfig config) {
        SyncConfig deciding = config;
        for (String policy : policies) {
            int end = policy.lastIndexOf('=');
            deciding = deciding.withPolicy(policy.substring(0, Math.max(0, end)), policy(policy.substring(end + 1)));
        }
        return largestValue.isPresent() ? deciding.withLargestValue(largest(largestValue.get())) : deciding;
    }

    private SyncConfig named(SyncConfig config) {
        return transport.map(config::withProvider).orElse(config);
    }

    private SyncConfig subscribed(SyncConfig config) {
        try {
            return config.withSubscription(subscriptions.toArray(String[]::new));
        } catch (IllegalArgumentException e) {
            throw new CommandFailure(ErrorCode.INVALID_ARGUMENT, String.valueOf(e.getMessage()));
        }
    }

    private SyncConfig remembering(SyncConfig config) {
        SyncConfig remembered = grace.map(text -> Durations.apply("--grace", text, "12h", "1s", config::withGrace))
                .orElse(config);
        return retention
                .map(text -> Durations.apply("--retention", text, "30d", "1m", remembered::withRetention))
                .orElse(remembered);
    }

    private static int largest(int bytes) {
        if (bytes < 0) {
            throw new CommandFailure(
                    ErrorCode.INVALID_ARGUMENT,
                    "invalid largest value '" + bytes + "'",
                    "a number of bytes, as in --largest-value 1048576");
        }
        return bytes;
    }

    private static ConflictPolicy policy(String name) {
        return switch (name) {
            case "last-write-wins" -> ConflictPolicy.LAST_WRITE_WINS;
            case "manual" -> ConflictPolicy.MANUAL;
            case "keep-local" -> ConflictPolicy.KEEP_LOCAL;
            case "keep-remote" -> ConflictPolicy.KEEP_REMOTE;
            default ->
                throw new CommandFailure(
                        ErrorCode.INVALID_ARGUMENT,
                        "invalid policy '" + name + "'",
                        "last-write-wins, manual, keep-local or keep-remote, as in --policy doc/=manual");
        };
    }

    private Optional<String> token(Map<String, String> environment) {
        return tokenFile.map(NetworkOptions::secret).or(() -> Optional.ofNullable(environment.get(TOKEN)));
    }

    /** The one line of a file. */
    private static String secret(Path file) {
        try {
            if (Files.size(file) > MAX_SECRET_BYTES) {
                throw new CommandFailure(
                        ErrorCode.INVALID_ARGUMENT, "invalid token file " + file + ": it is too large");
            }
            return Files.readString(file, StandardCharsets.UTF_8).strip();
        } catch (NoSuchFileException e) {
            throw new CommandFailure(ErrorCode.NOT_FOUND, "failed to read " + file + ": file does not exist");
        } catch (IOException e) {
            throw new CommandFailure(ErrorCode.IO_ERROR, "failed to read " + file + ": " + Reasons.of(e));
        }
    }
}
