package softadastra.cli;

import java.util.Locale;
import softadastra.wal.spi.WalProgress;

/** Draws how far long work has come, at most ten times a second, and only on a terminal. */
final class Progress implements WalProgress {
    private static final long PAUSE_NANOS = 100_000_000;
    private static final int WIDTH = 30;

    private final Io io;
    private long next = System.nanoTime();

    Progress(Io io) {
        this.io = io;
    }

    /** Whether it is time to draw again; lets callers save the trouble of wording it. */
    private boolean isDue() {
        if (!io.showsProgress() || System.nanoTime() - next < 0) {
            return false;
        }
        next = System.nanoTime() + PAUSE_NANOS;
        return true;
    }

    @Override
    public void progress(String task, long done, long total) {
        if (isDue()) {
            io.progress(total > 0 ? bar(task, Math.min(done, total), total) : task + " " + Texts.bytes(done));
        }
    }

    /** As {@link #progress(String, long, long)}, for work whose unit is not bytes. */
    void counted(String task, long done, long total) {
        if (isDue()) {
            io.progress(total > 0 ? bar(task, Math.min(done, total), total) : task + " " + Texts.number(done));
        }
    }

    /** As {@link #progress(String, long, long)}, for work that goes through entries. */
    void entries(String task, long entries, long bytes) {
        if (isDue()) {
            io.progress(task + " " + Texts.count(entries, "entry", "entries") + ", " + Texts.bytes(bytes));
        }
    }

    private static String bar(String task, long done, long total) {
        int filled = (int) (WIDTH * (double) done / total);
        return String.format(Locale.ROOT, "%s [%s%s] %3d%%", task, "#".repeat(filled), " ".repeat(WIDTH - filled), (int)
                (100.0 * done / total));
    }
}
