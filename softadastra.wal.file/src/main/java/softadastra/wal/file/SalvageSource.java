package softadastra.wal.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.LostSequences;
import softadastra.wal.spi.WalConfig;
import softadastra.wal.spi.WalFinding;
import softadastra.wal.spi.WalIdentity;
import softadastra.wal.spi.WalMarker;
import softadastra.wal.spi.WalProgress;
import softadastra.wal.spi.storage.Storage;

/**
 * A log that is salvaged: its files, and who it is as far as that can be told. A marker that is damaged or missing is one
 * finding more; then the headers tell the log, and the configuration its node.
 *
 * @param storage where it is
 * @param identity who it is; of a provisional node where neither marker nor configuration tells
 * @param markerDamage what is wrong with the marker, if anything
 */
record SalvageSource(Storage storage, WalIdentity identity, Optional<WalFinding> markerDamage) {

    /**
     * Finds out who a log is.
     *
     * @throws SoftadastraException LOCKED if it has an owner; NOT_FOUND if it is none; CORRUPTION if its marker is missing
     *     and the provider was not named, so that another's files might be taken for this one's
     */
    static SalvageSource open(Storage storage, WalConfig config) throws IOException {
        refuseOwned(storage);
        Result<Optional<WalMarker>> marker = WalMarker.read(storage);
        if (marker.isOk() && marker.value().isPresent()) {
            return new SalvageSource(storage, marker.value().get().identity(), Optional.empty());
        }
        if (marker.isErr() && marker.error().code() != ErrorCode.CORRUPTION) {
            throw marker.error().toException();
        }
        SalvageLayout layout;
        try {
            layout = SalvageLayout.read(storage, Optional.empty());
        } catch (NoSuchFileException e) {
            throw missing(storage);
        }
        if (layout.segments().isEmpty()) {
            throw missing(storage);
        }
        WalFinding damage = Findings.markerDamage(marker.isOk() ? "it is missing" : "its checksum does not match");
        if (config.provider().isEmpty() && config.providerInstance().isEmpty()) {
            throw Findings.failure(
                    ErrorCode.CORRUPTION,
                    damage.message() + "; name the provider that wrote the log ('" + FileWalProvider.NAME
                            + "') to salvage it");
        }
        Optional<NodeId> node = config.node().orElseThrow();
        WalIdentity identity = new WalIdentity(
                layout.logId().orElseGet(UUID::randomUUID),
                node.orElseGet(() -> NodeId.random(new SecureRandom())),
                node.isEmpty(),
                layout.epoch());
        return new SalvageSource(storage, identity, Optional.of(damage));
    }

    private static SoftadastraException missing(Storage storage) {
        return Findings.failure(
                ErrorCode.NOT_FOUND, "failed to open WAL path " + storage.description() + ": log does not exist");
    }

    /**
     * Refuses a log that somebody has open: what is being written now would be taken for damage.
     *
     * @throws SoftadastraException LOCKED
     */
    static void refuseOwned(Storage storage) throws IOException {
        Optional<LogOwner> owner = LogLock.owner(storage);
        if (owner.isPresent()) {
            throw Findings.failure(
                    ErrorCode.LOCKED,
                    "WAL path " + storage.description() + " is locked: it is open in "
                            + owner.get().text()
                            + "; a log is salvaged or repaired when nobody has it open, so close it there first");
        }
    }

    /** One pass over the records. */
    Salvage.Report run(Salvage.Visitor visitor, WalProgress progress) throws IOException {
        refuseOwned(storage);
        return new Salvage(storage, layout(), visitor, progress).run();
    }

    /** A pass that only looks, and looks at everything: marker and checkpoint too. */
    Salvage.Report survey(WalProgress progress) throws IOException {
        List<WalFinding> findings = new ArrayList<>(markerDamage.stream().toList());
        List<LostSequences> lost = new ArrayList<>();
        Optional<CheckpointFile> checkpoint = layout().checkpoint();
        if (checkpoint.isPresent()) {
            List<WalFinding> damage = checkpoint.get().verify(progress);
            findings.addAll(damage);
            long begin = checkpoint.get().beginSequence();
            if (!damage.isEmpty() && begin > 1) {
                lost.add(new LostSequences(1, OptionalLong.of(begin - 1)));
            }
        }
        return run((segment, frame) -> true, progress).with(findings, lost);
    }

    /** The checkpoint, if every byte of it verifies. */
    Optional<CheckpointFile> wholeCheckpoint() throws IOException {
        Optional<CheckpointFile> checkpoint = layout().checkpoint();
        return checkpoint.isPresent()
                        && checkpoint.get().verify(WalProgress.NONE).isEmpty()
                ? checkpoint
                : Optional.empty();
    }

    SalvageLayout layout() throws IOException {
        return SalvageLayout.read(storage, markerDamage.isEmpty() ? Optional.of(identity.logId()) : Optional.empty());
    }
}
