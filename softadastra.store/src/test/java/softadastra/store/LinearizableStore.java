package softadastra.store;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.Validate;
import softadastra.core.Result;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalProvider;
import softadastra.wal.spi.WalProviders;

/**
 * What threads do to one store, as Lincheck calls it: every answer must be one that a {@link SequentialStore} gives when the same
 * calls come one after the other. Answers tell versions and sequences, so there is not much choice.
 */
@Param(name = "key", gen = IntGen.class, conf = "1:2")
@Param(name = "value", gen = IntGen.class, conf = "1:9")
@Param(name = "sequence", gen = IntGen.class, conf = "0:3")
public class LinearizableStore {

    private static final WalProvider MEMORY = WalProviders.available().value().stream()
            .filter(provider -> provider.name().equals("memory"))
            .findFirst()
            .orElseThrow();

    private final StoreEngine store;

    /** Made by Lincheck. */
    public LinearizableStore() {
        InstantSource clock = InstantSource.fixed(Instant.ofEpochSecond(1_700_000_000));
        WalConfig log =
                WalConfig.memory().withProvider(MEMORY).withNodeId("tried").withClock(clock);
        store = StoreEngine.open(StoreConfig.of(log).withCheckpoints(CheckpointPolicy.manual()))
                .orElseThrow();
    }

    private static Key key(int key) {
        return Key.of("k" + key);
    }

    private static Value value(int value) {
        return Value.of(new byte[] {(byte) value});
    }

    private static <T> T ok(Result<T> result) {
        return result.orElseThrow();
    }

    /** Puts. */
    @Operation
    public String put(@Param(name = "key") int key, @Param(name = "value") int value) {
        return show(ok(store.put(key(key), value(value))));
    }

    /** Removes. */
    @Operation
    public String remove(@Param(name = "key") int key) {
        return show(ok(store.remove(key(key))));
    }

    /** Reads. */
    @Operation
    public String get(@Param(name = "key") int key) {
        return show(store.get(key(key)));
    }

    /** Puts if the entry is of a sequence, or answers what it is. */
    @Operation
    public String putIf(
            @Param(name = "key") int key, @Param(name = "value") int value, @Param(name = "sequence") int sequence) {
        ConditionalResult<PutResult> result = ok(store.putIfSequence(key(key), value(value), sequence));
        return result.written().map(LinearizableStore::show).orElseGet(() -> show(result.current()));
    }

    /** Puts both keys, or a value for one and no more for the other, at once. */
    @Operation
    public String batch(@Param(name = "key") int key, @Param(name = "value") int value) {
        Batch batch = new Batch().put(key(key), value(value)).remove(key(3 - key));
        return ok(store.write(batch)).toString();
    }

    /** Reads both keys at one moment. */
    @Operation
    public String snapshot() {
        try (Snapshot snapshot = store.snapshot()) {
            return snapshot.size() + " "
                    + snapshot.entries(KeyRange.all())
                            .map(entry -> entry.key() + ":" + show(Optional.of(entry)))
                            .collect(Collectors.joining(" "));
        }
    }

    /** After each try. */
    @Validate
    public void close() {
        store.close();
    }

    StoreEngine store() {
        return store;
    }

    static String show(PutResult put) {
        return (put.created() ? "created" : "updated") + " v" + put.version() + " @" + put.sequence();
    }

    static String show(RemoveResult removed) {
        return removed.deleted() ? "deleted v" + removed.version() : "missing";
    }

    static String show(Optional<Entry> entry) {
        return entry.map(e -> e.value().bytes()[0] + " v" + e.version() + " @" + e.sequence())
                .orElse("none");
    }

    /** A store whose compare-and-set looks first and writes then: the mistake that this must catch. */
    public static final class Mistaken extends LinearizableStore {
        /** Made by Lincheck. */
        public Mistaken() {}

        @Override
        @Operation
        public String putIf(
                @Param(name = "key") int key,
                @Param(name = "value") int value,
                @Param(name = "sequence") int sequence) {
            Optional<Entry> entry = store().get(key(key));
            return entry.map(Entry::sequence).orElse(0L) == sequence ? put(key, value) : show(entry);
        }
    }
}
