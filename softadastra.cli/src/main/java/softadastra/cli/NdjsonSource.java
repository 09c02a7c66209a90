package softadastra.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;

/**
 * Entries as lines of JSON: {@code {"key":"user:1","value":"text"}}, or {@code "base64"} in place of {@code "value"}. Other
 * members are passed over, so that it takes what {@code store list --json} prints. Keys may be anything that a store takes.
 *
 * <p>A line that is wrong ends the import, and the error names it: everything before is written by then.
 */
final class NdjsonSource implements ImportSource {

    /** How to open the lines. */
    interface Opener {
        InputStream open() throws IOException;
    }

    private final Opener lines;

    NdjsonSource(Opener lines) {
        this.lines = lines;
    }

    @Override
    public void forEach(Sink sink) throws IOException {
        NdjsonLines.forEach(lines.open(), "import", line -> {
            String key = line.key();
            byte[] value = line.value();
            Optional<String> problem = TreeSource.problem(key, value.length);
            if (problem.isPresent()) {
                sink.leftOut(key, problem.get());
            } else {
                sink.entry(key, value);
            }
        });
    }
}
