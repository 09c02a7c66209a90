package softadastra.store;

import java.util.ArrayList;
import java.util.List;
import softadastra.core.ErrorCode;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.WalLog;
import softadastra.wal.spi.WalPin;

/**
 * Has a store remember which keys were removed, from its first contact with another node on: those that its log still has too. The log
 * is read beside those who write, which may take long; they wait for a slice of removals that is put in its place at most.
 *
 * <p>It goes like this. Under the writers' lock it is said that removals are to be kept from here on, and noted where the log ends; what
 * is removed behind that stays by itself, and so does what was removed before and is still visible to somebody. Up to there the log is
 * read without the lock, and pinned; under it each removal that was found is brought back, if nothing of its key is there by now, since
 * whatever is there is newer. In the end it is said that removals are remembered, and only then is anything decided that rests on them.
 *
 * <p>A checkpoint that began before that has none of them, and would have the next opening forget what this one has told others. So none
 * is written meanwhile: whoever wants to write one waits for this, and this for whoever does. It has nothing in the log: who is killed
 * meanwhile begins again.
 */
final class FirstContact {

    /** So many removals are put in their places at a time. */
    private static final int SLICE = 512;

    private final Commits commits;
    private final WalLog log;
    private final Versions versions;

    FirstContact(Commits commits, WalLog log, Versions versions) {
        this.commits = commits;
        this.log = log;
        this.versions = versions;
    }

    private static final class Removal {
        final byte[] key;
        final Stored stored;

        Removal(byte[] key, Stored stored) {
            this.key = key;
            this.stored = stored;
        }
    }

    /**
     * Has removals remembered from here on; not to be called with the writers' lock.
     *
     * @throws SoftadastraException CORRUPTION, IO_ERROR; INVALID_STATE if the store is closed meanwhile
     */
    void happens() {
        Graves graves = versions.graves();
        if (graves.keeping()) {
            return;
        }
        graves.beginning().lock();
        try {
            if (!graves.keeping()) {
                revive(graves);
            }
        } finally {
            graves.beginning().unlock();
        }
    }

    private void revive(Graves graves) {
        long[] end = new long[1];
        WalPin pin = commits.writing(() -> {
            graves.begin();
            end[0] = log.lastSequence();
            return pin();
        });
        try {
            Revival revival = new Revival(RecordSource.of(log), versions);
            List<Removal> slice = new ArrayList<>();
            // Nothing is put in its place while the log is being read: what a log locks for that is its own affair.
            for (long next = 0; next <= end[0]; ) {
                next = revival.read(next, end[0] + 1, (key, removal) -> {
                    slice.add(new Removal(key, removal));
                    return slice.size() < SLICE;
                });
                put(slice);
                slice.clear();
            }
        } finally {
            pin.close();
        }
        boolean unused = commits.writing(() -> {
            graves.keep();
            return true;
        });
    }

    private void put(List<Removal> removals) {
        boolean unused = commits.writing(() -> {
            removals.forEach(each -> versions.revive(each.key, each.stored));
            return true;
        });
    }

    private WalPin pin() {
        try {
            return log.pin(0);
        } catch (SoftadastraException e) {
            if (e.code() != ErrorCode.UNSUPPORTED_OPERATION) {
                throw e;
            }
            // A log without checkpoints never lets anything go.
            return new NoPin(0);
        }
    }

    private record NoPin(long fromSequence) implements WalPin {
        @Override
        public void close() {
            // Nothing is held.
        }
    }
}
