import Base

/// Counts requests per account over all routes, and per account, bucket and guild or channel; those with a
/// webhook's token per token.
///
/// Fixed windows that begin with their first request, as Discord's headers describe them. The tables are
/// bounded: when one is full, idle windows are forgotten; when none is idle, newcomers are limited.
struct RESTRateLimiter: Sendable {
  /// Who is counted: an account, or an address without one.
  enum Subject: Hashable, Sendable {
    case account(Snowflake)
    case address(IPAddress)
    /// An address on a route where a token in the path stands for an account.
    case bearer(IPAddress)
  }

  /// What came of counting a request.
  enum Verdict: Sendable {
    /// Allowed; with the state of its bucket, if it has one.
    case allowed(BucketState?)
    /// Not allowed for `retryAfter` more.
    case limited(retryAfter: Interval, isGlobal: Bool, BucketState?)
  }

  /// What the `X-RateLimit` headers tell.
  struct BucketState: Hashable, Sendable {
    let bucket: RateBucket
    let limit: Int
    let remaining: Int
    let resetAfter: Interval
  }

  private struct BucketKey: Hashable, Sendable {
    /// `nil` where it does not matter who asks.
    let subject: Subject?
    let bucket: RateBucket
    let resource: String
  }

  private let limits: RESTLimits
  private var global: WindowTable<Subject>
  private var buckets: WindowTable<BucketKey>

  init(limits: RESTLimits) {
    self.limits = limits
    global = WindowTable(capacity: limits.rateTableCapacity)
    buckets = WindowTable(capacity: limits.rateTableCapacity)
  }

  /// Counts one request of `subject` to `bucket` about `resource`.
  mutating func count(
    _ subject: Subject, _ bucket: RateBucket?, resource: String, at now: Instant
  ) -> Verdict {
    let globalRate =
      switch subject {
      case .account: limits.globalRate
      case .address: limits.anonymousRate
      case .bearer: limits.bearerRate
      }
    let overall = global.count(subject, globalRate, at: now)
    guard overall.isAllowed else {
      return .limited(retryAfter: overall.resetAfter, isGlobal: true, nil)
    }
    guard let bucket else { return .allowed(nil) }
    let rate = bucket.rate(limits)
    let key = BucketKey(subject: bucket == .webhooks ? nil : subject, bucket: bucket, resource: resource)
    let outcome = buckets.count(key, rate, at: now)
    let state = BucketState(
      bucket: bucket, limit: rate.countMax, remaining: outcome.remaining, resetAfter: outcome.resetAfter)
    return outcome.isAllowed
      ? .allowed(state) : .limited(retryAfter: outcome.resetAfter, isGlobal: false, state)
  }
}
