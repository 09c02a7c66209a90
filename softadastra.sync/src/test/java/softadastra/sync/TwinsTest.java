package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;

/** Two nodes with one id and a log each: one goes on, and the other one is told what to do. */
class TwinsTest {

    private static final ExchangeRules RULES = ExchangeRules.standard(
            60_000, Duration.ofDays(30).toNanos(), Policies.NONE, Admitting.EVERYTHING, Optional.empty());

    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final List<StoreEngine> stores = new ArrayList<>();
    private long now;

    @AfterEach
    void close() {
        stores.forEach(StoreEngine::close);
    }

    private StoreEngine store(String node) {
        StoreEngine store =
                StoreEngine.open(StoreConfig.memoryOnly().withNodeId(node)).orElseThrow();
        stores.add(store);
        return store;
    }

    private static Exchange open(StoreEngine store, SyncTransport transport, long seed) {
        return Exchange.open(store, transport, new SplittableRandom(seed), RULES)
                .orElseThrow();
    }

    /** Steps of all, in an order that the seed decides; with what one of them has failed last. */
    private Optional<SoftadastraError> pass(int seconds, SplittableRandom random, Exchange of, Exchange... others) {
        Optional<SoftadastraError> failed = Optional.empty();
        for (int i = 0; i < 3 * seconds; i++) {
            now += 333_000_000L;
            List<Exchange> all = new ArrayList<>(List.of(others));
            all.add(random.nextInt(all.size() + 1), of);
            for (Exchange each : all) {
                Result<Step> step = each.tick(now);
                failed = each == of && step.isErr() ? Optional.of(step.error()) : failed;
            }
        }
        return failed;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void oneGoesOnAndTheOtherOneIsToldWhatToDo(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Exchange a = open(store("a"), network.connect(new NodeId("a")), seed);
        Twins twins = new Twins(network.connect(new NodeId("b")));
        StoreEngine ofFirst = store("b");
        Exchange first = open(ofFirst, twins.end(), seed + 100);
        assertEquals(Optional.empty(), pass(20, random, first, a));
        StoreEngine ofSecond = store("b");
        Exchange second = open(ofSecond, twins.end(), seed + 200);
        Optional<SoftadastraError> ofTheFirst = pass(60, random, first, a, second);
        Optional<SoftadastraError> ofTheSecond = pass(60, random, second, a, first);
        // Which one it is depends on who was heard first.
        assertTrue(ofTheFirst.isPresent() ^ ofTheSecond.isPresent(), () -> ofTheFirst + ", " + ofTheSecond);
        SoftadastraError told = ofTheFirst.or(() -> ofTheSecond).orElseThrow();
        assertEquals(ErrorCode.ORIGIN_FORK, told.code());
        for (Exchange each : List.of(first, second)) {
            String epoch = Long.toHexString(each.self().epoch());
            assertTrue(told.message().contains("epoch " + epoch), told::message);
        }
        assertTrue(a.members().has((ofTheFirst.isPresent() ? second : first).self()));
        // As the message says: the other one is stopped, and this one started again.
        twins.clear();
        Exchange again = open(ofTheFirst.isPresent() ? ofFirst : ofSecond, twins.end(), seed + 300);
        assertEquals(Optional.empty(), pass(60, random, again, a));
        assertTrue(a.members().has(again.self()));
    }
}
