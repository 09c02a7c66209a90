package softadastra.it;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Text that is checked in, under {@code src/test/resources/golden}, and that what is built has to equal.
 *
 * <p>With the system property {@code softadastra.golden=write} the files are written anew instead of compared; the
 * difference that {@code git diff} then shows is what has to be judged:
 * {@code mvn test -pl softadastra.it -am -Dtest=ModuleDescriptorTest -Dsoftadastra.golden=write}
 */
final class Golden {
    private static final String PROPERTY = "softadastra.golden";

    private Golden() {}

    /** Compares with the file of this name, or writes it. */
    static void check(String name, String actual) {
        Path file = Path.of(System.getProperty("basedir", ""), "src", "test", "resources", "golden")
                .resolve(name);
        try {
            if (System.getProperty(PROPERTY, "").equals("write")) {
                Files.createDirectories(file.resolveSibling("."));
                Files.writeString(file, actual);
            }
            String expected = Files.exists(file) ? Files.readString(file) : "";
            assertEquals(
                    expected,
                    actual,
                    () -> name + " differs from what is checked in; if it should, run the test with -D" + PROPERTY
                            + "=write");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
