package softadastra.cli.control;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.AclEntry;
import java.nio.file.attribute.AclEntryPermission;
import java.nio.file.attribute.AclEntryType;
import java.nio.file.attribute.AclFileAttributeView;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import softadastra.core.ErrorCode;
import softadastra.core.Result;

/**
 * Where a node takes requests, and the secret that goes with it: a file in the log's directory that nobody but its owner may read.
 * Whoever may read it may do with the node what its owner may.
 *
 * <pre>
 * softadastra-control 1
 * address=unix:control.sock        or tcp:PORT, of the loopback address
 * secret=64 hexadecimal digits
 * </pre>
 *
 * @param address where
 * @param secret in hexadecimal digits
 */
record ControlFile(String address, String secret) {
    static final String NAME = "control";
    static final String SOCKET = "control.sock";

    private static final String TEMPORARY = "control.new";
    private static final String HEAD = "softadastra-control 1";
    private static final String ADDRESS = "address=";
    private static final String SECRET = "secret=";
    private static final int MAX_BYTES = 4096;

    byte[] secretBytes() {
        return HexFormat.of().parseHex(secret);
    }

    /** Says whether there is a secret, and not which. */
    @Override
    public String toString() {
        return "ControlFile[address=" + address + "]";
    }

    /** Writes it, in the place of the one before. */
    void write(Path log) throws IOException {
        Path file = log.resolve(TEMPORARY);
        boolean unused = Files.deleteIfExists(file);
        byte[] text =
                (HEAD + "\n" + ADDRESS + address + "\n" + SECRET + secret + "\n").getBytes(StandardCharsets.UTF_8);
        try (SeekableByteChannel out = FileChannel.open(
                file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), ownerOnly(log))) {
            // On platforms without these attributes it is still empty while that is made good.
            restrict(file);
            ByteBuffer bytes = ByteBuffer.wrap(text);
            while (bytes.hasRemaining()) {
                int unusedCount = out.write(bytes);
            }
        }
        try {
            Files.move(file, log.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(file, log.resolve(NAME), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static FileAttribute<?>[] ownerOnly(Path directory) {
        return isPosix(directory)
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new FileAttribute<?>[0];
    }

    /** Lets nobody but its owner read, write or connect to a file. */
    static void restrict(Path file) throws IOException {
        if (isPosix(file)) {
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
            return;
        }
        AclFileAttributeView acl = Files.getFileAttributeView(file, AclFileAttributeView.class);
        if (acl != null) {
            acl.setAcl(List.of(AclEntry.newBuilder()
                    .setType(AclEntryType.ALLOW)
                    .setPrincipal(Files.getOwner(file))
                    .setPermissions(EnumSet.allOf(AclEntryPermission.class))
                    .build()));
        }
    }

    private static boolean isPosix(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** What a log's directory has, empty if it has none; or why that cannot be said. */
    static Result<Optional<ControlFile>> read(Path log) {
        try (SeekableByteChannel in = Files.newByteChannel(log.resolve(NAME))) {
            ByteBuffer bytes = ByteBuffer.allocate(MAX_BYTES);
            while (bytes.hasRemaining() && in.read(bytes) >= 0) {
                // Until it is read.
            }
            Optional<ControlFile> file = parse(new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8));
            return file.isPresent()
                    ? Result.ok(file)
                    : unknown(log, ErrorCode.UNSUPPORTED_VERSION, "it is of another release, or damaged");
        } catch (NoSuchFileException | NotDirectoryException e) {
            return Result.ok(Optional.empty());
        } catch (AccessDeniedException e) {
            return unknown(log, ErrorCode.PERMISSION_DENIED, "permission denied");
        } catch (IOException e) {
            return unknown(log, ErrorCode.IO_ERROR, "input/output error (" + e.getMessage() + ")");
        }
    }

    private static Result<Optional<ControlFile>> unknown(Path log, ErrorCode code, String reason) {
        return Result.err(
                code, "failed to look for a node that runs: cannot read " + log.resolve(NAME) + ": " + reason);
    }

    private static Optional<ControlFile> parse(String text) {
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(HEAD)) {
            return Optional.empty();
        }
        Optional<String> address = value(lines, ADDRESS);
        Optional<String> secret = value(lines, SECRET).filter(digits -> digits.matches("[0-9a-f]{64}"));
        return address.isPresent() && secret.isPresent()
                ? Optional.of(new ControlFile(address.get(), secret.get()))
                : Optional.empty();
    }

    private static Optional<String> value(List<String> lines, String name) {
        return lines.stream()
                .filter(line -> line.startsWith(name))
                .map(line -> line.substring(name.length()))
                .findFirst();
    }
}
