/**
 * What is not yet acknowledged by others: the local half of synchronisation.
 *
 * <p>The outbox is a view of the log and stored nowhere else: {@link softadastra.sync.SyncEngine} derives from the log which
 * local operations nobody has acknowledged, so a crash or a restart changes nothing about it, and tracking costs nothing when
 * something is written.
 *
 * <p>This release knows no peers: every local operation stays {@link softadastra.sync.SyncStatus#PENDING}, which is not a
 * failure, and nothing leaves the machine.
 */
package softadastra.sync;
