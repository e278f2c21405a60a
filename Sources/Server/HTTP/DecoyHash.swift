/// What a password is verified against when nobody has the name.
///
/// The password of this hash was random and is not kept; were it known, the log-in would fail all the same,
/// because there is no account behind it. Its cost is that of every other hash, so that the answer for a name that
/// does not exist takes as long as for one that does.
package let decoyHash =
  "$argon2id$v=19$m=65536,t=2,p=1$Dn4EMi3i9rX/SagCckbERg$"
  + "o4SGVTNVz1xP8TFomp+9rFODMkNicrN2qkfyuLxKfX8"
