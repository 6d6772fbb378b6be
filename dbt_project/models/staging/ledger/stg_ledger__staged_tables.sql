{{ config(materialized='table') }}

-- Every delivered table with the view that stages it, row for row. Tables whose rows unfold into
-- several (a ticket's audits) are left to the tests of their views.
{{ staged_table('accounts', 'accounts', 'stg_accounts__account_versions') }}
union all
{{ staged_table('accounts', 'events', 'stg_accounts__events') }}
union all
{{ staged_table('calls', 'contact_records', 'stg_calls__contact_records') }}
union all
{{ staged_table('chat', 'contacts', 'stg_chat__contacts') }}
union all
{{ staged_table('chat', 'conversations', 'stg_chat__conversations') }}
union all
{{ staged_table('complete_journey', 'campaign_descriptions', 'stg_complete_journey__campaigns') }}
union all
{{ staged_table('complete_journey', 'campaigns', 'stg_complete_journey__campaign_households') }}
union all
{{ staged_table(
    'complete_journey', 'coupon_redemptions', 'stg_complete_journey__coupon_redemptions'
) }}
union all
{{ staged_table('complete_journey', 'coupons', 'stg_complete_journey__coupon_products') }}
union all
{{ staged_table('complete_journey', 'demographics', 'stg_complete_journey__households') }}
union all
{{ staged_table('complete_journey', 'products', 'stg_complete_journey__products') }}
union all
{{ staged_table('complete_journey', 'transactions', 'stg_complete_journey__transactions') }}
union all
{{ staged_table('crm', 'contacts', 'stg_crm__contacts') }}
union all
{{ staged_table('crm', 'deals', 'stg_crm__deals') }}
union all
{{ staged_table('email', 'events', 'stg_email__events') }}
union all
{{ staged_table('employees', 'pulse', 'stg_employees__pulse_weeks') }}
union all
{{ staged_table('loyalty', 'members', 'stg_loyalty__member_versions') }}
union all
{{ staged_table('loyalty', 'referrals', 'stg_loyalty__referrals') }}
union all
{{ staged_table('loyalty', 'tier_changes', 'stg_loyalty__tier_changes') }}
union all
{{ staged_table('messaging', 'messages', 'stg_messaging__messages') }}
union all
{{ staged_table('pos', 'receipts', 'stg_pos__receipt_lines') }}
union all
{{ staged_table('product_usage', 'events', 'stg_product_usage__events') }}
union all
{{ staged_table('sensors', 'readings', 'stg_sensors__readings') }}
union all
{{ staged_table('shop', 'checkouts', 'stg_shop__checkouts') }}
union all
{{ staged_table('shop', 'customers', 'stg_shop__customer_versions') }}
union all
{{ staged_table('shop', 'orders', 'stg_shop__orders') }}
union all
{{ staged_table('social', 'posts', 'stg_social__posts') }}
union all
{{ staged_table('social', 'reviews', 'stg_social__reviews') }}
union all
{{ staged_table('surveys', 'invitations', 'stg_surveys__invitation_messages') }}
union all
{{ staged_table('surveys', 'responses', 'stg_surveys__responses') }}
union all
{{ staged_table('tickets', 'comments', 'stg_tickets__comments') }}
union all
{{ staged_table('tickets', 'satisfaction_ratings', 'stg_tickets__satisfaction_ratings') }}
union all
{{ staged_table('tickets', 'tickets', 'stg_tickets__tickets') }}
union all
{{ staged_table('tickets', 'users', 'stg_tickets__users') }}
union all
{{ staged_table('web', 'events', 'stg_web__events') }}
