package softadastra.it.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.RecoveryMode;
import softadastra.wal.spi.Wal;
import softadastra.wal.spi.WalCheckpoint;
import softadastra.wal.spi.WalCheckpointReader;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.tck.fault.MemoryStorage;

/**
 * A log that begins with a checkpoint, whose header and content are what the input makes of them. The checkpoint reads as it
 * stands in the file, in blocks that verify, or is refused.
 */
final class CheckpointTarget implements FuzzTarget.Body {

    static final int HEADER_AS_IT_COMES = 4;
    static final int BLOCKS_AS_THEY_COME = 8;

    private static final String NAME = "0000000001.checkpoint";
    private static final int HEADER = 4096;
    private static final int SECTOR = 512;
    private static final int BLOCK = 16_384;
    private static final int CONTENT = BLOCK - Integer.BYTES;
    private static final int LENGTH_AT = 64;
    private static final int SALT_AT = 96;
    private static final int CRC_AT = 508;
    private static final int MOST_EDITS = 16;
    private static final int BEGIN = 5;
    private static final RecoveryMode[] MODES = RecoveryMode.values();

    @Override
    public void accept(FuzzInput input) {
        int how = input.next();
        int length = input.nextShort();
        int headerEdits = input.next() % MOST_EDITS;
        byte[] file = checkpoint(length);
        for (int i = 0; i < headerEdits; i++) {
            file[input.nextShort() % SECTOR] = (byte) input.next();
        }
        if ((how & BLOCKS_AS_THEY_COME) == 0) {
            putBlocksRight(file);
        }
        for (int i = 0; i < MOST_EDITS && !input.isEmpty(); i++) {
            int what = input.next();
            int at = (input.nextShort() * 2 + what % 2) % file.length;
            if (what < 8) {
                file = Arrays.copyOf(file, at);
                break;
            }
            file[at] ^= (byte) what;
        }
        file = Arrays.copyOf(file, Math.max(file.length, SECTOR));
        if ((how & HEADER_AS_IT_COMES) == 0) {
            little(file).putInt(CRC_AT, crc(file, 0, CRC_AT));
        }
        check(file, MODES[(how & 3) % MODES.length]);
    }

    private static void check(byte[] file, RecoveryMode mode) {
        LogBytes segment = new LogBytes(2 * HEADER, 2, BEGIN, 0, HEADER)
                .add(LogBytes.SINGLE, 1, BEGIN, "behind it".getBytes(StandardCharsets.US_ASCII))
                .add(LogBytes.SEAL, 0, BEGIN + 1, new byte[0]);
        MemoryStorage storage = LogCheck.disk();
        LogCheck.put(storage, WalMarker.FILE, LogBytes.marker());
        LogCheck.put(storage, "0000000002.segment", segment.bytes());
        LogCheck.put(storage, NAME, file);
        List<LogBytes.Found> verified = LogBytes.read(segment.bytes(), segment.end());
        LogCheck log = new LogCheck(storage, mode, verified, false);
        log.run(false);
        Result<Wal> opened = Wal.open(log.config());
        if (opened.isErr()) {
            Refusals.requireExpected(opened.error());
            return;
        }
        try (Wal wal = opened.value()) {
            Optional<WalCheckpoint> checkpoint = wal.log().checkpoint();
            checkpoint.ifPresent(found -> checkContent(found, file));
            assertTrue(
                    checkpoint.isPresent() || mode == RecoveryMode.POINT_IN_TIME,
                    "history and the checkpoint are gone, and nothing was said");
        }
    }

    private static void checkContent(WalCheckpoint checkpoint, byte[] file) {
        byte[] target = new byte[CONTENT];
        try (WalCheckpointReader reader = checkpoint.open()) {
            for (long number = 0; number * CONTENT < reader.length(); number++) {
                int at = (int) (HEADER + number * BLOCK);
                int length = (int) Math.min(CONTENT, reader.length() - number * CONTENT);
                reader.read(number * CONTENT, target, 0, length);
                assertTrue(Arrays.equals(target, 0, length, file, at, at + length), "not what the file holds");
                assertEquals(
                        blockCrc(file, number, length), little(file).getInt(at + length), "a block that is damaged");
            }
        } catch (SoftadastraException e) {
            Refusals.requireExpected(e.error());
        }
    }

    private static byte[] checkpoint(int length) {
        int blocks = (length + CONTENT - 1) / CONTENT;
        byte[] file = new byte[HEADER + length + blocks * Integer.BYTES];
        ByteBuffer header = little(file);
        header.put(0, new byte[] {'S', 'A', 'D', 'C', 'K', 'P', '\r', '\n'});
        header.putShort(8, (short) 1);
        header.putInt(20, HEADER);
        header.putLong(24, 0x1122334455667788L);
        header.putLong(32, 0x99AABBCCDDEEFF00L);
        header.putLong(40, 1);
        header.putLong(48, BEGIN);
        header.putLong(56, BEGIN);
        header.putLong(LENGTH_AT, length);
        header.putLong(72, 2);
        header.putInt(SALT_AT, 77);
        header.putInt(100, BLOCK);
        for (int at = HEADER; at < file.length; at++) {
            file[at] = (byte) (at * 31);
        }
        return file;
    }

    private static void putBlocksRight(byte[] file) {
        for (int number = 0, at = HEADER; at + Integer.BYTES < file.length; number++, at += BLOCK) {
            int length = Math.min(CONTENT, file.length - at - Integer.BYTES);
            little(file).putInt(at + length, blockCrc(file, number, length));
        }
    }

    private static int blockCrc(byte[] file, long number, int length) {
        byte[] covered = new byte[12 + length];
        little(covered).putInt(little(file).getInt(SALT_AT)).putLong(number);
        System.arraycopy(file, (int) (HEADER + number * BLOCK), covered, 12, length);
        return crc(covered, 0, covered.length);
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    private static ByteBuffer little(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }
}
