package softadastra.cli;

import java.util.Optional;

/** Judges names that are to be paths below a directory, on any platform. */
final class RelativeName {
    private RelativeName() {}

    /** What keeps a name from being a plain path below some directory, with {@code /} between its parts. */
    static Optional<String> problem(String name) {
        if (name.isEmpty()) {
            return Optional.of("its name is empty");
        }
        if (name.startsWith("/") || name.startsWith("\\") || name.matches("(?s)[A-Za-z]:.*")) {
            return Optional.of("its name is an absolute path");
        }
        if (name.indexOf('\0') >= 0) {
            return Optional.of("its name has a NUL character");
        }
        // Backslashes separate as well where it matters, and ".." must not hide behind one.
        for (String part : name.split("[/\\\\]", -1)) {
            if (part.equals("..") || part.equals(".")) {
                return Optional.of("its name has '" + part + "' as a part");
            }
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty()) {
                return Optional.of("its name has an empty part");
            }
        }
        return Optional.empty();
    }
}
