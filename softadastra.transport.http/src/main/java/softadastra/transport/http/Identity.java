package softadastra.transport.http;

import softadastra.core.NodeId;

/**
 * Who this side is.
 *
 * @param node the node's id
 * @param instance random for each transport that is opened, so that a node that meets itself, or another of its name, can tell
 * @param secret what is proved to be known
 * @param maxMessageBytes the longest message
 * @param maxBody the longest body
 */
record Identity(NodeId node, String instance, Secret secret, int maxMessageBytes, int maxBody) {}
