/**
 * The write-ahead log in durable, segmented files.
 *
 * <p>The way of a record: {@code FileWalLog} accepts it, {@code FrameEncoder} puts it into the {@code GroupBuffer}, whoever
 * leads the group writes and forces that into the current file of {@code Segments}. The way back: {@code LogLayout} lists
 * the files and judges their headers, {@code FrameCursor} verifies frame by frame, {@code TailJudge} tells a torn tail from
 * corruption, {@code Recovery} makes the log whole again.
 */
package softadastra.wal.file;
