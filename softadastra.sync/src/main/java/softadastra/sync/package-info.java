/**
 * Brings what is written on a node to its peers, and what is written there to the node.
 *
 * <p>The outbox is a view of the log and stored nowhere else: {@link softadastra.sync.SyncEngine} derives from the log which
 * operations others have not acknowledged, so a crash or a restart changes nothing about it, and tracking costs nothing when
 * something is written. No peer within reach is not a failure.
 *
 * <table>
 * <caption>What others can add, found by {@link java.util.ServiceLoader}</caption>
 * <tr><th>provider</th><th>makes</th><th>of ours</th></tr>
 * <tr><td>{@link softadastra.sync.SyncTransportProvider}</td><td>{@link softadastra.sync.SyncTransport}: the way to other
 * nodes</td><td>{@code softadastra.transport.http}</td></tr>
 * <tr><td>{@link softadastra.sync.PeerDiscoveryProvider}</td><td>{@link softadastra.sync.PeerDiscovery}: where nodes are that are
 * not configured</td><td>none yet</td></tr>
 * </table>
 */
package softadastra.sync;
