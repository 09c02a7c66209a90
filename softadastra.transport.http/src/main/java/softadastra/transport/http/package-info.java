/**
 * The transport {@code http}: sync messages over HTTP/1.1, in plain or over TLS.
 *
 * <p>{@link softadastra.transport.http.HttpTransportProvider} opens it, {@code HttpTransport} is the transport. {@code Loop} is the
 * thread it runs on, {@code Connection} and {@code Tls} its sockets, {@code HttpReader} what cuts bytes into requests and answers.
 * {@code Server}, {@code Inbound}, {@code Gate} and {@code Service} are the side that is called; {@code Caller}, {@code Talk} and
 * {@code Lane} the side that calls; {@code Ways} knows which node is reached how.
 */
package softadastra.transport.http;
