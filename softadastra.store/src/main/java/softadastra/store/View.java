package softadastra.store;

import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.jspecify.annotations.Nullable;
import softadastra.core.HybridTimestamp;
import softadastra.core.SoftadastraException;

/** The entries that readers see: those that are visible now, or those of a snapshot. */
abstract class View {

    private final Versions versions;

    private View(Versions versions) {
        this.versions = versions;
    }

    /** What is visible, at the moment of each read. */
    static View now(Versions versions) {
        return new View(versions) {
            @Override
            @Nullable
            Stored read(Slot slot) {
                Stored stored = versions.visible(slot);
                if (stored == null) {
                    // The key may have been removed and made again while a walk stood before it.
                    Slot other = versions.slot(slot.key);
                    stored = other == null || other.equals(slot) ? null : versions.visible(other);
                }
                return stored;
            }

            @Override
            long through() {
                return versions.views().visible();
            }
        };
    }

    /** What was visible when a sequence was the last one that was; a snapshot of it must be open. */
    static View at(Versions versions, long sequence) {
        return new View(versions) {
            @Override
            @Nullable
            Stored read(Slot slot) {
                return Versions.at(slot, sequence);
            }

            @Override
            long through() {
                return sequence;
            }
        };
    }

    abstract @Nullable Stored read(Slot slot);

    /** The last sequence that it sees, at this moment. */
    abstract long through();

    private @Nullable Stored read(Key key) {
        Slot slot = versions.slot(key.bytes());
        return slot == null ? readUnloaded(key.bytes()) : read(slot);
    }

    /** Reads a key that the index did not have. */
    private @Nullable Stored readUnloaded(byte[] key) {
        Unloaded rest = versions.unloaded();
        if (rest != null) {
            try {
                return Stored.live(rest.get(key));
            } catch (SoftadastraException e) {
                if (versions.unloaded() != null) {
                    throw e;
                }
                // It was closed, since everything is loaded.
            }
        }
        Slot slot = versions.slot(key);
        return slot == null ? null : read(slot);
    }

    Optional<Entry> get(Key key) {
        Stored stored = read(key);
        return stored == null ? Optional.empty() : Optional.of(entry(key, stored));
    }

    boolean contains(Key key) {
        return read(key) != null;
    }

    /** The entries of a range, in order; made one after the other as they are asked for. */
    Stream<Entry> entries(KeyRange range) {
        return entries(range, () -> {});
    }

    /** As {@link #entries(KeyRange)}, with what is run when there is nothing more. */
    Stream<Entry> entries(KeyRange range, Runnable whenAtEnd) {
        return StreamSupport.stream(
                new Walk(this, new MergedWalk(versions, range.fromBytes()), range, whenAtEnd), false);
    }

    static Entry entry(Key key, Stored stored) {
        byte[] value = stored.value;
        if (value == null) {
            throw new IllegalArgumentException("a tombstone is no entry");
        }
        return new Entry(
                key, Value.wrap(value), stored.version, stored.sequence, HybridTimestamp.ofPacked(stored.stamp));
    }
}
