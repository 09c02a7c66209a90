package softadastra.wal.tck.fault;

import java.nio.file.Path;
import java.util.Optional;

/** The command that runs the calling test again, for one crash alone. */
final class ReplayCommand {

    private ReplayCommand() {}

    /**
     * A command for a shell in the folder above the module's, which is the module's own where the build says no folder.
     *
     * @param crash what {@link CrashExplorer#REPLAY} is to be
     */
    static String of(String crash) {
        String folder = System.getProperty("basedir", "");
        String module = folder.isEmpty() ? "" : "-pl " + Path.of(folder).getFileName() + " -am ";
        String test = caller().map(name -> "-Dtest=" + name + " ").orElse("");
        return "mvn -B " + module + "test " + test + "-D" + CrashExplorer.REPLAY + "='" + crash
                + "' -Dsurefire.failIfNoSpecifiedTests=false";
    }

    /** The test that called the explorer: what calls from outside of this package. */
    private static Optional<String> caller() {
        String explorer = CrashExplorer.class.getName();
        return StackWalker.getInstance()
                .walk(frames -> frames.dropWhile(frame -> !frame.getClassName().equals(explorer))
                        .dropWhile(frame -> frame.getClassName().equals(explorer))
                        .map(frame -> frame.getClassName().replaceAll("^.*\\.|\\$.*$", ""))
                        .findFirst());
    }
}
