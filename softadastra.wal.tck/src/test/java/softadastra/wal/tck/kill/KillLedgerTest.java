package softadastra.wal.tck.kill;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.HybridTimestamp;
import softadastra.wal.spi.WalRecord;
import softadastra.wal.spi.WalRecordStatus;

/** The ledger of kills takes nothing for right that is not. */
class KillLedgerTest {

    private final KillGroups groups = new KillGroups(7);
    private final KillLedger ledger = new KillLedger(groups, 2);
    private final List<WalRecord> records = new ArrayList<>();

    @BeforeEach
    void fourGroupsOfWhichTheLastWasNotAcknowledged() {
        for (int group = 0; group < 4; group++) {
            int thread = group % 2;
            add(thread, group / 2);
            if (group < 3) {
                ledger.acknowledge(thread + " " + group / 2 + " " + records.size());
            }
        }
    }

    private void add(int thread, long group) {
        for (int i = 0; i < groups.size(thread, group); i++) {
            records.add(record(records.size() + 1L, thread, groups.payload(thread, group, i)));
        }
    }

    private static WalRecord record(long sequence, int thread, byte[] payload) {
        return new WalRecord(
                sequence, KillGroups.typeCode(thread), WalRecordStatus.COMMITTED, HybridTimestamp.ZERO, payload);
    }

    private void assertRefused() {
        assertThrows(AssertionError.class, () -> ledger.check(records, "test"));
    }

    @Test
    void whatWasSentAndAcknowledgedIsRight() {
        ledger.check(records, "test");
        assertEquals(List.of("2", "2"), ledger.firstGroups());
        assertEquals(3, ledger.acknowledged());
    }

    @Test
    void anAcknowledgedGroupThatIsMissingIsNot() {
        int last = groups.size(1, 1) + groups.size(0, 1);
        records.subList(records.size() - last, records.size()).clear();
        assertRefused();
    }

    @Test
    void aGroupThatWasNeverSentIsNot() {
        add(1, 2);
        assertRefused();
    }

    @Test
    void aPayloadThatChangedIsNot() {
        byte[] payload = records.get(0).payload().clone();
        payload[payload.length - 1] ^= 1;
        records.set(0, record(1, 0, payload));
        assertRefused();
    }

    @Test
    void groupsOutOfOrderAreNot() {
        records.clear();
        add(0, 1);
        add(0, 0);
        add(1, 0);
        assertRefused();
    }

    @Test
    void anotherSequenceThanWasToldIsNot() {
        ledger.acknowledge("1 1 999");
        assertRefused();
    }

    @Test
    void aReaderThatSawSomethingElseIsNot() {
        assertThrows(
                AssertionError.class,
                () -> KillLedger.assertSame(records, records.subList(0, records.size() - 1), "test"));
    }
}
