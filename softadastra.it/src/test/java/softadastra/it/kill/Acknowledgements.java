package softadastra.it.kill;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** Tells the parent, line by line, in one write each: what it has read was acknowledged before the kill. */
final class Acknowledgements {
    private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);

    synchronized void say(String line) {
        try {
            out.write((line + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
