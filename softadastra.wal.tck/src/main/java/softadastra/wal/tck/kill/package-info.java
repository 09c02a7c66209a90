/** Kills processes that append to a log, with SIGKILL, and checks that the log has what they were told it has. */
@NullMarked
package softadastra.wal.tck.kill;

import org.jspecify.annotations.NullMarked;
