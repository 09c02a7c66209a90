package softadastra.wal.file;

import java.io.IOException;
import java.util.Arrays;
import java.util.UUID;
import java.util.zip.CRC32C;
import softadastra.wal.spi.WalBatch;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageFile;

/** What {@link AlteredClasses} has called in place of the product's own code. */
final class PlantedBugs {

    private PlantedBugs() {}

    /** In place of starting the thread. */
    static void noThread(Housekeeper housekeeper) {}

    /** A segment may be as small as it likes. */
    static long legalBytes(WalConfig config) {
        return WalConfig.MIN_SEGMENT_BYTES;
    }

    /** In place of a random one. */
    static UUID seededUuid() {
        SeededRandom random = new SeededRandom();
        return new UUID(random.nextLong(), random.nextLong());
    }

    /** A checksum that covers nothing. */
    static int sameForAll(HeaderCrc crc, byte[] bytes, int at, int salt, long offset) {
        return 0x5AD5;
    }

    /** A checksum that covers nothing. */
    static long sameForAll(CRC32C crc) {
        return 0x5AD5;
    }

    /** There is never a torn tail. */
    static long nothingTorn(LogScan.Report report) {
        return 0;
    }

    /** Each frame says that all before it is durable. */
    static int claimsAll(long firstSequence, long durable) {
        return 0;
    }

    /** The seal says that all before it is durable. */
    static void sealAll(PendingFrames pending, long durable) {
        pending.addSeal(pending.nextSequence() - 1);
    }

    /** A batch becomes as many frames as it has records. */
    static long submitParts(GroupCommit commit, WalBatch batch, int body) {
        long last = 0;
        for (int i = 0; i < batch.size(); i++) {
            int offset = batch.offset(i);
            last = commit.submit(
                    batch.typeCode(i), Arrays.copyOfRange(batch.array(i), offset, offset + batch.length(i)));
        }
        return last;
    }

    /** The first marker says already that the first segment is there. */
    static void writeReady(WalMarker marker, Storage storage) throws IOException {
        new WalMarker(marker.provider(), marker.identity(), true).write(storage);
    }

    /** A force that failed is made again, and believed. */
    static void forceAgain(StorageFile file) throws IOException {
        try {
            file.force();
        } catch (IOException e) {
            file.force();
        }
    }

    /** In place of where a checkpoint begins. */
    static long behindTheEnd(CheckpointFile checkpoint) {
        return checkpoint.endSequence() + 1;
    }

    /** Whatever is known of a spare. */
    static void resumeWithSpare(Segments segments, LogLayout layout, boolean keepSpare) throws IOException {
        segments.resume(layout, true);
    }

    /** A header that a crash cut short is taken for damage. */
    static boolean neverCutShort(byte[] block, int length) {
        return false;
    }
}
