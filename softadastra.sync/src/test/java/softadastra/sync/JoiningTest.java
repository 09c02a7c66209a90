package softadastra.sync;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.store.Key;
import softadastra.store.Origin;
import softadastra.store.StoreConfig;
import softadastra.store.StoreEngine;
import softadastra.store.Value;
import softadastra.wal.spi.WalConfig;

/** Whoever is not let in changes nothing, and what a log has lost is seen before anything is noted. */
class JoiningTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final HybridTimestamp PAST = HybridTimestamp.of(START.toEpochMilli() - 1_000, 0);
    private static final HybridTimestamp FAR_AHEAD =
            HybridTimestamp.of(START.plus(Duration.ofDays(20_000)).toEpochMilli(), 0);
    private static final NodeId A = new NodeId("a");

    private final InMemoryNetwork network = new InMemoryNetwork(1);
    private final Spoken phone = Spoken.by("phone", 1);
    private final Spoken tablet = Spoken.by("tablet", 2);
    private final SyncTransport line = network.connect(phone.from.node());
    private final StoreEngine store = StoreEngine.open(StoreConfig.of(WalConfig.memory()
                    .withProvider(SubmittedTo.of("memory", batch -> requireRoom()))
                    .withClock(() -> START)
                    .withNodeId("a")))
            .orElseThrow();
    private @Nullable Exchange opened;
    private boolean isFull;
    private long now;

    @AfterEach
    void close() {
        store.close();
    }

    private void open() {
        opened = Exchange.open(
                        store,
                        network.connect(A),
                        new SplittableRandom(1),
                        ExchangeRules.standard(
                                60_000,
                                Duration.ofDays(30).toNanos(),
                                Policies.NONE,
                                Admitting.EVERYTHING,
                                Optional.empty()))
                .orElseThrow();
        assertTrue(tick(0).isOk());
    }

    /** A node that has been a member before, and has promised something. */
    private void openAsMember(Origin... others) {
        note(Members.NOTE, members(others).with(self()).encode());
        note(Stage.NOTE, Stage.MEMBER.encode());
        note(Forgetting.NOTE, NoteState.encodeFloor(PAST.packed()));
        open();
    }

    private void note(int typeCode, byte[] payload) {
        long unused = store.replication().note(typeCode, payload).orElseThrow();
    }

    private void requireRoom() {
        if (isFull) {
            throw new SoftadastraException(ErrorCode.NO_SPACE, "as the test wants it");
        }
    }

    private Exchange exchange() {
        return Objects.requireNonNull(opened, "it was not opened");
    }

    private static Members members(Origin... all) {
        return Stream.of(all).reduce(Members.NONE, Members::with, Members::merge);
    }

    private Origin self() {
        return store.replication().origin().orElseThrow();
    }

    private Result<Step> tick(int seconds) {
        now += seconds * 1_000_000_000L;
        return exchange().tick(now);
    }

    private Result<Step> hear(Spoken somebody) {
        line.send(A, somebody.encoded());
        return tick(1);
    }

    private long clock() {
        return store.replication().clock().orElseThrow().millis();
    }

    @Test
    void thePromiseOfWhoIsNotLetInIsNotFollowed() {
        open();
        long before = clock();
        assertTrue(hear(phone.knowing(members(phone.from)).promising(FAR_AHEAD.packed()))
                .isOk());
        assertEquals(before, clock());
        assertEquals(Members.NONE, exchange().members());
        assertEquals(0, exchange().clocks().count());
        // Once it has let this node in, whatever is written here is behind what may have been forgotten there.
        assertTrue(hear(phone.knowing(members(phone.from, self()))).isOk());
        assertTrue(clock() >= FAR_AHEAD.millis());
    }

    @Test
    void whoBringsMoreThanThereMayBeChangesNothing() {
        open();
        Members many = members(phone.from, self());
        for (int i = 0; !many.isTooMany(); i++) {
            many = many.with(new Origin(new NodeId("n" + i), i));
        }
        assertTrue(hear(phone.knowing(many).holding(phone.from, 9).promising(FAR_AHEAD.packed()))
                .isOk());
        assertEquals(Stage.NEW, exchange().stage());
        assertEquals(0, exchange().promise());
        assertEquals(Members.NONE, exchange().members());
        assertTrue(hear(tablet.knowing(members(tablet.from))).isOk());
        assertTrue(exchange().members().has(tablet.from));
    }

    @Test
    void whoIsHeardOfTwiceInAnHourHasNotRefusedForAsLong() {
        openAsMember(phone.from, tablet.from);
        Origin before = exchange().self();
        phone.knowing(members(phone.from, tablet.from)).promising(PAST.packed());
        assertTrue(hear(phone).isOk());
        assertTrue(tick(3_600).isOk());
        assertTrue(hear(phone).isOk());
        assertEquals(before, exchange().self());
        // All the time is something else.
        for (int i = 0; i < 40; i++) {
            assertTrue(hear(phone).isOk());
        }
        assertNotEquals(before, exchange().self());
    }

    @Test
    void whoIsRefusedMayKnowWhatTheLogHasLost() {
        openAsMember(tablet.from);
        Origin before = exchange().self();
        assertTrue(hear(phone.knowing(members(phone.from, tablet.from, before))
                        .holding(before, 5)
                        .to(before))
                .isOk());
        assertNotEquals(before, exchange().self());
        store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
        assertEquals(0, store.context().counter(before));
    }

    @Test
    void whatIsNotedOfAMessageIsNotTakenForWhatTheLogHasLost() {
        openAsMember(phone.from);
        Origin before = exchange().self();
        Cut heard = new Cut(store.stats().lastSequence() + 1, new Vector(), PAST.packed(), 0, false);
        // It names somebody new as well: that is one more record.
        assertTrue(hear(phone.knowing(members(phone.from, tablet.from, before))
                        .promising(PAST.packed())
                        .relaying(before, heard))
                .isOk());
        assertNotEquals(before, exchange().self());
    }

    @Test
    void aRestoredNodeLearnsAlsoIfItsDiskIsFullForAMoment() {
        note(Members.NOTE, members(new Origin(A, 77), phone.from).encode());
        note(Stage.NOTE, Stage.MEMBER.encode());
        note(Forgetting.NOTE, NoteState.encodeFloor(PAST.packed()));
        open();
        phone.knowing(members(new Origin(A, 77), phone.from))
                .holding(phone.from, 9)
                .promising(PAST.packed());
        isFull = true;
        assertEquals(ErrorCode.NO_SPACE, hear(phone).error().code());
        isFull = false;
        assertTrue(hear(phone).isOk());
        assertEquals(Stage.WHOLE, exchange().stage());
    }

    @Test
    void whoHasNobodyLeftToLearnFromKeepsWhatItHas() {
        store.put(Key.of("k"), Value.fromString("v")).orElseThrow();
        open();
        Origin before = exchange().self();
        phone.knowing(members(phone.from)).holding(phone.from, 9).promising(PAST.packed());
        assertTrue(hear(phone).isOk());
        assertNotEquals(before, exchange().self());
        assertTrue(hear(phone.knowing(members(phone.from, exchange().self()))).isOk());
        assertEquals(Stage.WHOLE, exchange().stage());
        assertTrue(exchange().forget(phone.from.node()).orElseThrow());
        assertTrue(exchange().stage().takesPart());
        assertEquals(Optional.empty(), exchange().progress());
        for (int i = 0; i < 10; i++) {
            assertTrue(tick(1).isOk());
        }
        assertEquals(
                List.of(Key.of("k")), store.entries().map(each -> each.key()).toList());
        assertEquals(1, exchange().outboxSize());
        assertFalse(exchange().members().hasOpen());
    }
}
