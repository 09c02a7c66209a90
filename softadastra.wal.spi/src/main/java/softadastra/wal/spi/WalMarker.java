package softadastra.wal.spi;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.zip.CRC32C;
import softadastra.core.CheckReturnValue;
import softadastra.core.ErrorCode;
import softadastra.core.NodeId;
import softadastra.core.Result;
import softadastra.core.SoftadastraError;
import softadastra.core.SoftadastraException;
import softadastra.wal.spi.storage.Storage;
import softadastra.wal.spi.storage.StorageErrors;
import softadastra.wal.spi.storage.StorageFile;

/**
 * The file that makes a directory a log: it says which provider wrote it and whose it is, so that a log opens with the
 * provider that knows it.
 *
 * <p>It is the same for every durable provider: UTF-8 text of lines {@code key=value} under a first line {@code
 * softadastra-wal 1}, whose last line is the CRC-32C of all bytes before it. It is replaced as a whole, through a
 * temporary file, a force, a rename and a force of the directory; a crash leaves the old or the new one.
 *
 * <pre>
 * softadastra-wal 1
 * provider=file
 * log=0f8fad5b-d9cb-469f-a165-70867728950e
 * node=laptop
 * provisional=false
 * epoch=9c1f0e3f5a7b2d46
 * state=ready
 * crc32c=1b2c3d4e
 * </pre>
 *
 * @param provider the provider's name
 * @param identity who the log is
 * @param ready whether the provider's first files are in place. They come after the marker, so without this a log whose
 *     files were all deleted could not be told from one whose creation a crash cut short
 */
public record WalMarker(String provider, WalIdentity identity, boolean ready) {

    /** Its name in the log's directory. */
    public static final String FILE = "softadastra-wal";

    /** The name it is written under before the rename. A crash may leave one; it means nothing. */
    public static final String TEMPORARY_FILE = "softadastra-wal.new";

    private static final String MAGIC = "softadastra-wal ";
    private static final String VERSION = "1";
    private static final int MAX_BYTES = 4096;
    private static final List<String> KEYS = List.of("provider", "log", "node", "provisional", "epoch", "state");
    private static final String READY = "ready";
    private static final String CREATING = "creating";

    /**
     * Reads the marker of a directory.
     *
     * @return the marker, or empty if there is none (or no directory); CORRUPTION if it does not verify;
     *     UNSUPPORTED_VERSION if a newer version wrote it
     */
    @CheckReturnValue
    public static Result<Optional<WalMarker>> read(Storage storage) {
        try {
            if (!storage.exists() || !storage.list().contains(FILE)) {
                return Result.ok(Optional.empty());
            }
            byte[] bytes = new byte[MAX_BYTES + 1];
            int length;
            try (StorageFile file = storage.open(FILE, Storage.Access.READ)) {
                length = file.read(0, bytes, 0, bytes.length);
            }
            return parse(storage, new String(bytes, 0, length, StandardCharsets.UTF_8))
                    .map(Optional::of);
        } catch (IOException e) {
            return Result.err(StorageErrors.failed("read WAL marker of " + storage.description(), e));
        }
    }

    /**
     * Writes this marker, durably, in place of the one there may be.
     *
     * @throws IOException if that failed; the directory has the old marker or the new one then
     */
    public void write(Storage storage) throws IOException {
        byte[] bytes = format().getBytes(StandardCharsets.UTF_8);
        if (storage.list().contains(TEMPORARY_FILE)) {
            storage.delete(TEMPORARY_FILE);
        }
        try (StorageFile file = storage.open(TEMPORARY_FILE, Storage.Access.CREATE)) {
            file.write(0, bytes, 0, bytes.length);
            file.force();
        }
        storage.rename(TEMPORARY_FILE, FILE);
        storage.forceDirectory();
    }

    private String format() {
        String body = MAGIC + VERSION + "\nprovider=" + provider
                + "\nlog=" + identity.logId()
                + "\nnode=" + identity.node().value()
                + "\nprovisional=" + identity.provisional()
                + "\nepoch=" + hex16(identity.epoch())
                + "\nstate=" + (ready ? READY : CREATING) + "\n";
        return body + "crc32c=" + crc(body) + "\n";
    }

    private static Result<WalMarker> parse(Storage storage, String text) {
        int crcLine = text.lastIndexOf("crc32c=");
        if (crcLine < 0
                || !text.startsWith(MAGIC)
                || !text.substring(crcLine).equals("crc32c=" + crc(text.substring(0, crcLine)) + "\n")) {
            return Result.err(corrupted(storage, "its checksum does not match"));
        }
        String[] lines = text.substring(0, crcLine).split("\n", -1);
        String version = lines[0].substring(MAGIC.length());
        if (!version.equals(VERSION)) {
            return Result.err(
                    ErrorCode.UNSUPPORTED_VERSION,
                    "unsupported WAL marker version " + version + " in " + storage.description()
                            + ": this release reads version " + VERSION + "; open it with the release that wrote it");
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : List.of(lines).subList(1, Math.max(1, lines.length - 1))) {
            int equals = line.indexOf('=');
            values.put(line.substring(0, Math.max(equals, 0)), line.substring(equals + 1));
        }
        if (!values.keySet().containsAll(KEYS)) {
            return Result.err(corrupted(storage, "it lacks one of " + KEYS));
        }
        try {
            WalIdentity identity = new WalIdentity(
                    UUID.fromString(value(values, "log")),
                    NodeId.of(value(values, "node")).orElseThrow(),
                    Boolean.parseBoolean(value(values, "provisional")),
                    Long.parseUnsignedLong(value(values, "epoch"), 16));
            return Result.ok(new WalMarker(
                    value(values, "provider"), identity, value(values, "state").equals(READY)));
        } catch (IllegalArgumentException | SoftadastraException e) {
            return Result.err(corrupted(storage, String.valueOf(e.getMessage())));
        }
    }

    private static String value(Map<String, String> values, String key) {
        return values.getOrDefault(key, "");
    }

    private static SoftadastraError corrupted(Storage storage, String reason) {
        return SoftadastraError.of(
                ErrorCode.CORRUPTION, "corrupted WAL marker " + FILE + " of " + storage.description() + ": " + reason);
    }

    private static String crc(String text) {
        CRC32C crc = new CRC32C();
        crc.update(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().toHexDigits((int) crc.getValue());
    }

    private static String hex16(long value) {
        return HexFormat.of().toHexDigits(value);
    }
}
