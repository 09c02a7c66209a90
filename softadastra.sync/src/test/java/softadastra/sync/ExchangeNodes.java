package softadastra.sync;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import softadastra.core.NodeId;
import softadastra.store.Key;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** Nodes with durable logs in one JVM, whose exchanges do their steps in a time that the test makes pass. */
abstract class ExchangeNodes {

    private static final Duration GRACE = Duration.ofMinutes(1);
    private static final Duration RETENTION = Duration.ofHours(1);

    @TempDir
    Path directory;

    final InMemoryNetwork network = new InMemoryNetwork(1);
    final List<Node> nodes = new ArrayList<>();
    Instant time = Instant.parse("2026-01-01T00:00:00Z");

    final class Node {
        final NodeId id;
        final List<SyncEvent> events = new ArrayList<>();
        StoreEngine store;
        Exchange exchange;
        private final Admitting admitting;
        private boolean up;

        Node(String name) {
            this(name, Admitting.EVERYTHING);
        }

        Node(String name, Admitting admitting) {
            this.id = new NodeId(name);
            this.admitting = admitting;
            open();
            nodes.add(this);
        }

        Path log() {
            return directory.resolve(id + ".wal");
        }

        void open() {
            store = openStore(log(), id);
            exchange = openExchange(store, network.connect(id), admitting, 1);
            up = true;
        }

        void close() {
            exchange.close().orElseThrow();
            store.close();
            up = false;
        }

        /** What is not in the log is lost. */
        void kill() {
            store.close();
            up = false;
        }

        private void tick() {
            exchange.tick(now()).orElseThrow();
            events.addAll(exchange.tellOfMembers());
        }

        void put(String key, String value) {
            store.put(Key.of(key), Value.fromString(value)).orElseThrow();
        }

        Map<String, String> contents() {
            return store.entries()
                    .collect(Collectors.toMap(
                            entry -> entry.key().asString(),
                            entry -> entry.value().asString()));
        }

        Set<String> members() {
            return exchange.members().current().stream()
                    .map(origin -> origin.node().value())
                    .collect(Collectors.toSet());
        }
    }

    final StoreEngine openStore(Path log, NodeId node) {
        WalConfig config = WalConfig.durable(log).withNodeId(node.value()).withClock(() -> time);
        return StoreEngine.open(StoreConfig.of(config)).orElseThrow();
    }

    static Exchange openExchange(StoreEngine store, SyncTransport transport, Admitting admitting, long seed) {
        ExchangeRules rules = ExchangeRules.standard(
                GRACE.toMillis(), RETENTION.toNanos(), Policies.NONE, admitting, Optional.empty());
        return Exchange.open(store, transport, new SplittableRandom(seed), rules)
                .orElseThrow();
    }

    @AfterEach
    void close() {
        nodes.stream().filter(node -> node.up).forEach(Node::close);
    }

    /** The time as exchanges are told it. */
    final long now() {
        return Duration.between(Instant.EPOCH, time).toNanos();
    }

    /** Seconds, with three steps of each node in each, until there is nothing left to tell. */
    final void pass(long seconds) {
        for (long i = 0; i < seconds; i++) {
            time = time.plusSeconds(1);
            for (int step = 0; step < 3; step++) {
                nodes.stream().filter(node -> node.up).forEach(Node::tick);
            }
        }
    }

    final void passMinutes(long minutes) {
        for (long i = 0; i < minutes; i++) {
            time = time.plusSeconds(59);
            pass(1);
        }
    }
}
