package softadastra.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import softadastra.core.ErrorCode;
import softadastra.core.HybridTimestamp;
import softadastra.core.NodeId;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalCheckpointWriter;

/** The index of a checkpoint whose blocks are of one entry each, and fill three pages. */
class BlockIndexTest {

    private static final int ENTRIES = 1_100;
    private static final Origin SELF = new Origin(new NodeId("a"), 7);

    private byte[] blob = {};

    /** What was read of the blob: from where, and how much. */
    private final List<long[]> reads = new ArrayList<>();

    @BeforeEach
    void write() {
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        // Each makes a block full.
        byte[] value = new byte[32 << 10];
        CheckpointHead head = new CheckpointHead(
                ENTRIES,
                ENTRIES,
                ENTRIES * (8L + value.length),
                0,
                Map.of(SELF, (long) ENTRIES),
                false,
                false,
                false,
                Optional.empty());
        CheckpointEncoder encoder = new CheckpointEncoder(writer(written), head);
        for (int i = 0; i < ENTRIES; i++) {
            Stored stored = new Stored(value, 1, i + 1, SELF, i + 1);
            stored.sequence = i + 1L;
            encoder.add(key(i), stored);
        }
        encoder.carried().end();
        blob = written.toByteArray();
    }

    private static WalCheckpointWriter writer(ByteArrayOutputStream target) {
        return new WalCheckpointWriter() {
            @Override
            public long beginSequence() {
                return ENTRIES + 1;
            }

            @Override
            public long length() {
                return target.size();
            }

            @Override
            public void write(byte[] source, int offset, int length) {
                target.write(source, offset, length);
            }

            @Override
            public WalCheckpoint publish(long endSequence) {
                throw new UnsupportedOperationException();
            }

            @Override
            public void close() {}
        };
    }

    private WalCheckpointReader reader() {
        return new WalCheckpointReader() {
            @Override
            public long length() {
                return blob.length;
            }

            @Override
            public void read(long position, byte[] target, int offset, int length) {
                reads.add(new long[] {position, length});
                System.arraycopy(blob, (int) position, target, offset, length);
            }

            @Override
            public void close() {}
        };
    }

    private Base open() {
        return Base.open(new WalCheckpoint() {
            @Override
            public long beginSequence() {
                return ENTRIES + 1;
            }

            @Override
            public long endSequence() {
                return ENTRIES;
            }

            @Override
            public long length() {
                return blob.length;
            }

            @Override
            public HybridTimestamp timestamp() {
                return HybridTimestamp.ofPacked(ENTRIES);
            }

            @Override
            public WalCheckpointReader open() {
                return reader();
            }
        });
    }

    private CheckpointTail tail() {
        WalCheckpointReader reader = reader();
        return CheckpointTail.read(reader, CheckpointHead.read(reader));
    }

    /** Every other number, so that there are keys between. */
    private static byte[] key(int i) {
        return text("k" + (1_000_000 + 2 * i));
    }

    private static byte[] text(String key) {
        return key.getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void findsEachKeyAndNoneBetween() {
        Base base = open();
        assertEquals(ENTRIES, base.blocks());
        for (int i = 0; i < ENTRIES; i++) {
            Stored stored = base.get(key(i));
            assertNotNull(stored);
            assertEquals(i + 1, stored.sequence);
            assertNull(base.get(text("k" + (1_000_000 + 2 * i - 1))));
        }
        assertNull(base.get(text("l")));
        for (int i : new int[] {0, 511, 512, 1_023, 1_024, 1_098}) {
            Base.Walk walk = base.from(text("k" + (1_000_000 + 2 * i + 1)));
            assertArrayEquals(key(i + 1), walk.key());
        }
    }

    /** However many pages there are, opening reads none, and a get one. */
    @Test
    void aPageIsReadWhenItIsFirstAskedFor() {
        CheckpointTail tail = tail();
        Base base = open();
        assertEquals(0, readsOfIndex(tail));
        for (int round = 0; round < 2; round++) {
            assertNotNull(base.get(key(700)));
            assertEquals(1, readsOfIndex(tail));
        }
        assertNotNull(base.get(key(3)));
        assertEquals(2, readsOfIndex(tail));
    }

    private long readsOfIndex(CheckpointTail tail) {
        return reads.stream()
                .filter(read -> read[0] < tail.directoryAt() && read[0] + read[1] > tail.indexAt())
                .count();
    }

    @Test
    void whateverIsAlteredInTheDirectoryIsNoticed() {
        CheckpointTail tail = tail();
        assertTrue(tail.directoryBytes() > 0);
        int end = blob.length;
        for (int at = (int) tail.directoryAt(); at < end; at++) {
            boolean counted = at >= end - 5 * Long.BYTES && at < end - 4 * Long.BYTES;
            if (counted) {
                // How many records are carried says nothing about blocks.
                continue;
            }
            byte before = blob[at];
            for (int flip = 1; flip < 256; flip <<= 1) {
                blob[at] = (byte) (before ^ flip);
                String what = "bit " + flip + " of byte " + (at - tail.directoryAt());
                SoftadastraException e = assertThrows(SoftadastraException.class, this::useAllPages, what);
                assertEquals(ErrorCode.CORRUPTION, e.code(), what);
            }
            blob[at] = before;
        }
        useAllPages();
    }

    private void useAllPages() {
        WalCheckpointReader reader = reader();
        CheckpointHead.Read head = CheckpointHead.read(reader);
        BlockIndex index = BlockIndex.open(reader, CheckpointTail.read(reader, head), head.end());
        for (int block = 0; block < index.blocks(); block++) {
            assertEquals(1, index.count(block));
        }
        assertEquals(ENTRIES, index.entries());
    }
}
